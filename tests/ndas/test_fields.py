"""What Django writes, PostgreSQL's enum types and timestamp(3) columns take, and give back."""

import datetime
import zoneinfo

import pytest
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Now, TruncDay

from ndas.fields import EnumField, TimestampField, new_id
from tests.databases import database

UTC = datetime.UTC
NOON = datetime.datetime(2024, 2, 29, 12, 0, tzinfo=UTC)


class Mood(models.TextChoices):
    """Declared in an order that the alphabet does not have."""

    SOUR = "SOUR"
    CALM = "CALM"
    MERRY = "MERRY"


class Pony(models.Model):
    id = models.TextField(primary_key=True, default=new_id)
    mood = EnumField(enum_type="Mood", choices=Mood.choices, null=True)
    foaled_at = TimestampField(null=True)
    seen_at = TimestampField(auto_now=True)

    class Meta:
        app_label = "stable"
        db_table = "pony"
        managed = False


@pytest.fixture(scope="module")
def stable(django_db_blocker):
    with django_db_blocker.unblock(), database() as stable:
        stable.psql("""
            CREATE TYPE "Mood" AS ENUM ('SOUR', 'CALM', 'MERRY');
            CREATE TABLE pony (id text PRIMARY KEY, mood "Mood", foaled_at timestamp(3), seen_at timestamp(3))
        """)
        yield stable


@pytest.fixture
def ponies(stable):
    stable.execute("TRUNCATE pony")
    return Pony.objects.using(stable.alias)


def test_several_rows_can_be_created_at_once(ponies):
    ponies.bulk_create([Pony(id="1", mood=Mood.CALM, foaled_at=NOON), Pony(id="2", mood="SOUR")])
    assert list(ponies.order_by("id").values_list("mood", "foaled_at")) == [("CALM", NOON), ("SOUR", None)]


def test_several_rows_can_be_updated_at_once(ponies):
    herd = ponies.bulk_create([Pony(mood=Mood.CALM) for _ in range(3)])
    for pony, mood in zip(herd, [Mood.SOUR, Mood.MERRY, None], strict=True):
        pony.mood, pony.foaled_at = mood, NOON
    ponies.bulk_update(herd, ["mood", "foaled_at"])
    assert {pony.mood for pony in ponies.filter(foaled_at=NOON)} == {"SOUR", "MERRY", None}


@pytest.mark.parametrize("lookup", [{"mood": "SAD"}, {"mood__in": ["CALM", "SAD"]}, {"mood__gt": "SAD"}, {"mood": ""}])
def test_a_filter_by_an_unknown_label_never_reaches_the_database(ponies, lookup):
    with pytest.raises(ValidationError, match="is not a valid choice"):
        list(ponies.filter(**lookup))


def test_a_row_with_an_unknown_label_is_not_saved(ponies):
    with pytest.raises(ValidationError):
        ponies.create(mood="SAD")
    with pytest.raises(ValidationError):
        ponies.update(mood="SAD")


def test_labels_can_be_searched_as_text(ponies):
    ponies.bulk_create([Pony(mood=mood) for mood in Mood])
    assert ponies.get(mood__icontains="err").mood == Mood.MERRY
    assert ponies.get(mood__startswith="S").mood == Mood.SOUR


def test_labels_are_ordered_as_they_are_declared(ponies):
    ponies.bulk_create([Pony(mood=mood) for mood in (Mood.MERRY, Mood.SOUR, Mood.CALM)])
    assert list(ponies.order_by("mood").values_list("mood", flat=True)) == ["SOUR", "CALM", "MERRY"]
    assert ponies.filter(mood__gt=Mood.SOUR).count() == 2
    assert ponies.aggregate(models.Max("mood")) == {"mood__max": "MERRY"}


def test_a_copy_of_the_field_is_the_same_field():
    field = Pony._meta.get_field("mood")
    name, path, arguments, options = field.deconstruct()
    assert (name, path, arguments) == ("mood", "ndas.fields.EnumField", [])
    assert options == {"enum_type": "Mood", "choices": Mood.choices, "null": True}
    assert field.clone().enum_type == "Mood"


def test_microseconds_are_cut_off_not_rounded(ponies, stable):
    last_instant = datetime.datetime(2023, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    pony = ponies.create(foaled_at=last_instant)
    assert stable.rows("SELECT foaled_at::text FROM pony") == [("2023-12-31 23:59:59.999",)]
    assert ponies.get(foaled_at=last_instant) == pony


def test_any_time_zone_goes_in_and_utc_comes_out(ponies, stable):
    evening_before = NOON.astimezone(zoneinfo.ZoneInfo("Pacific/Auckland"))
    ponies.create(foaled_at=evening_before)
    assert stable.rows("SELECT foaled_at::text FROM pony") == [("2024-02-29 12:00:00",)]
    (found,) = ponies.values_list("foaled_at", flat=True)
    assert (found, found.utcoffset()) == (NOON, datetime.timedelta(0))


def test_times_are_compared_as_utc(ponies):
    ponies.create(foaled_at=NOON)
    assert ponies.filter(foaled_at__lte=NOON, foaled_at__gt=NOON - datetime.timedelta(milliseconds=1)).exists()
    assert ponies.filter(foaled_at__range=(NOON, NOON), foaled_at__in=[NOON]).exists()
    assert ponies.filter(foaled_at__date=datetime.date(2024, 2, 29), foaled_at__year=2024).exists()
    assert ponies.filter(foaled_at__lt=Now()).exists()


def test_the_database_can_copy_and_make_times(ponies, stable):
    ponies.create(foaled_at=NOON)
    ponies.update(seen_at=models.F("foaled_at"))
    assert ponies.get().seen_at == NOON
    ponies.update(seen_at=Now())
    assert abs(datetime.datetime.now(UTC) - ponies.get().seen_at) < datetime.timedelta(minutes=30)
    assert stable.rows("SHOW timezone") == [("UTC",)]


def test_expressions_are_read_back_aware(ponies):
    ponies.create(foaled_at=NOON)
    tomorrow = models.ExpressionWrapper(models.F("foaled_at") + datetime.timedelta(1), output_field=TimestampField())
    assert ponies.aggregate(models.Max("foaled_at")) == {"foaled_at__max": NOON}
    assert ponies.annotate(day=TruncDay("foaled_at")).get().day == NOON.replace(hour=0)
    assert ponies.annotate(tomorrow=tomorrow).get().tomorrow == NOON + datetime.timedelta(1)


def test_auto_now_writes_utc(ponies):
    ponies.create()
    assert abs(datetime.datetime.now(UTC) - ponies.get().seen_at) < datetime.timedelta(minutes=30)
