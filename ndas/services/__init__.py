"""The services: what can be done with an NDA. Each is one transaction of row, history, audit and mail."""

from .decisions import approve, change_status, possible, reject, route
from .disclosures import downloaded, exported
from .drafts import EDITABLE, clone, create, made, mark_non_usmax, update
from .errors import ChangedMeanwhile, NotPermitted, Refused, WrongStatus
from .expiry import expire_due
from .uploads import attach, upload_fully_executed
