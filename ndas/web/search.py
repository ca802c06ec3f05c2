"""Search: by words, by number, by agency, and by people; whatever the accents are made of."""

import functools
import operator
import re
import unicodedata
from collections.abc import Iterable

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import SearchQuery
from django.db.models import BooleanField, F, Func, Q, QuerySet

from ndas.models import AgencyGroup, Contact, Nda, Subagency

LARGEST_NUMBER = 2**31 - 1
NUMBER = re.compile(r"\s*(?:nda)?[\s#:-]*(\d{1,10})\s*", re.IGNORECASE | re.ASCII)
# An accent that stands alone belongs to the letter before it.
WORDS = re.compile(r"[\w\u0300-\u036f]+")
# More people than this are not who was meant.
FEW = 100


def found_by(text: str, using: str) -> Q:
    """What somebody may mean by the text."""
    return matching(text) | _of_agencies(text, using) | _of_people(text, using)


def matching(text: str) -> Q:
    """NDAs with words that begin with all of these, in company, short name, city or purpose; or with the number."""
    found = any_of(_matching(spelled) for spelled in spellings(text))
    return found | numbered(text)


def numbered(text: str) -> Q:
    """The NDA of that number, if the text is one: "4711", "NDA-4711"."""
    number = NUMBER.fullmatch(text)
    is_one = number and int(number[1]) <= LARGEST_NUMBER
    return Q(display_id=int(number[1])) if is_one else Q(pk__in=[])


def people(text: str, contacts: QuerySet[Contact]) -> QuerySet[Contact]:
    """The contacts whose names or e-mail have all of these words."""
    return contacts.filter(_with_all_words(text, "first_name", "last_name", "email"))


def spellings(text: str) -> set[str]:
    """The text with its accents composed and decomposed: what other tools have written may have either."""
    return {unicodedata.normalize(form, text) for form in ("NFC", "NFD")}


def any_of(conditions: Iterable[Q]) -> Q:
    return functools.reduce(operator.or_, conditions)


def _matching(text: str) -> Q:
    words = WORDS.findall(text)
    if not words:
        return Q(pk__in=[])
    return Q(search=SearchQuery(" & ".join(f"{word}:*" for word in words), search_type="raw", config="simple"))


def _of_agencies(text, using) -> Q:
    named = _with_all_words(text, "name", "code")
    groups, subagencies = (
        list(model.objects.using(using).filter(named).values_list("pk", flat=True))
        for model in (AgencyGroup, Subagency)
    )
    return Q(agency_group__in=groups) | Q(subagency__in=subagencies)


def _of_people(text, using) -> Q:
    keys = list(people(text, Contact.objects.using(using)).values_list("pk", flat=True)[: FEW + 1])
    if not keys or len(keys) > FEW:
        return Q(pk__in=[])
    # These columns have no index, for want of which the planner would look for the words in every NDA: their rows
    # are collected first, and looked up by their keys.
    others = Nda.objects.using(using).filter(Q(contracts_poc__in=keys) | Q(relationship_poc__in=keys)).values("pk")
    is_one = {"template": "%(expressions)s)", "arg_joiner": " = ANY (", "output_field": BooleanField()}
    return Q(opportunity_poc__in=keys) | Q(created_by__in=keys) | Q(Func(F("pk"), ArraySubquery(others), **is_one))


def _with_all_words(text, *columns) -> Q:
    """Each word begins one in one of the columns; nothing, if there is no word that says anything."""
    words = WORDS.findall(text)
    if not any(len(word) > 1 and not word.isdecimal() for word in words):
        return Q(pk__in=[])
    begun = (any_of(Q(**{f"{column}__regex": _begins(word)}) for column in columns) for word in words)
    return functools.reduce(operator.and_, begun)


def _begins(word: str) -> str:
    # In the C locale PostgreSQL knows neither the case of an accented letter nor that it is one.
    cases = (word, word.lower(), word.upper(), word.capitalize())
    spelled = sorted({form for case in cases for form in spellings(case)})
    return f"(?i)(^|[[:space:][:punct:]])({'|'.join(spelled)})"
