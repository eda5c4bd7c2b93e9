"""Write organizations and the audit log, and renew what is encrypted."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction

from apps.core import encryption
from apps.core.encrypted_field import EncryptedTextField
from apps.core.encryption import Secret
from apps.core.refusals import Conflict
from apps.core.validation import validated
from apps.tenancy import scope
from apps.tenancy.brand import picture_of
from apps.tenancy.models import AuditEntry, KeptAnswer, Logo, Organization, Owned

RENEWAL_BATCH = 200


@dataclass
class Renewal:
    """How the secrets of one column stand after renewing: under the newest key now, before, or not readable."""

    column: str
    renewed: int = 0
    current: int = 0
    unreadable: int = 0


@transaction.atomic
def create_organization(*, key: str, name: str, now: datetime, **settings: Any) -> Organization:
    """Create a seller; `settings` are its fields. Raise Refusal naming the field where one is not valid."""
    with scope.everywhere():
        organization = validated(Organization(key=key, name=name, created_at=now, **settings))
        organization.save()
    return organization


@transaction.atomic
def set_logo(*, organization: Organization, content: bytes | None, now: datetime) -> Organization:
    """Print a PNG or JPEG on invoices from now on, or with None no picture; raise Refusal where it is not usable.

    Invoices that are finalized keep the picture they had.
    """
    digest = ""
    if content is not None:
        picture = picture_of(content)
        digest = picture.digest
        Logo.objects.bulk_create(
            [
                Logo(
                    organization=organization,
                    sha256=digest,
                    media_type=picture.media_type,
                    content=picture.content,
                    created_at=now,
                )
            ],
            ignore_conflicts=True,
        )
    organization.logo = digest
    organization.save(update_fields=["logo"])
    return organization


def record_audit(
    *, organization: Organization, actor: str, verb: str, subject: Owned, now: datetime, summary: str = ""
) -> AuditEntry:
    """Note in the audit log that `actor` did `verb` to `subject` (a row with a public id)."""
    entry = _entry(organization, actor, verb, subject, now, summary)
    entry.save(force_insert=True)
    return entry


def record_audits(*, organization: Organization, actor: str, done: Iterable[tuple[str, Owned]], now: datetime) -> None:
    """Note in the audit log what `actor` did to many: verb and subject of each."""
    AuditEntry.objects.bulk_create([_entry(organization, actor, verb, subject, now) for verb, subject in done])


def _entry(
    organization: Organization, actor: str, verb: str, subject: Owned, now: datetime, summary: str = ""
) -> AuditEntry:
    return AuditEntry(
        organization=organization,
        at=now,
        actor=actor,
        verb=verb,
        object_type=subject._meta.model_name or "",
        object_id=str(getattr(subject, "public_id", subject.pk)),
        summary=summary[:500],
    )


@transaction.atomic
def answered_once(
    *, organization: Organization, key: str, digest: str, answer: Callable[[], dict[str, Any]], now: datetime
) -> tuple[dict[str, Any], bool]:
    """Do what a request asks unless it was done under its key before; return the answer, and whether it is the first's.

    `digest` stands for the request's content; other content under the same key raises Conflict. The key is taken
    before anything is locked, so requests under one key wait for each other here. What `answer` refuses leaves no key.
    """
    claim = KeptAnswer(organization=organization, key=key, digest=digest, created_at=now)
    KeptAnswer.objects.bulk_create([claim], ignore_conflicts=True)
    kept = KeptAnswer.objects.get(organization=organization, key=key)
    if kept.digest != digest:
        raise Conflict(
            "key_used_differently",
            "This idempotency key was used before with other content. Nothing was stored.",
            field="Idempotency-Key",
        )
    if kept.answer is not None:
        return kept.answer, True
    kept.answer = answer()
    kept.save(update_fields=["answer"])
    return kept.answer, False


def renew_secrets(*, of: Iterable[type[models.Model]]) -> Iterator[Renewal]:
    """Encrypt every secret of these models with the newest key, of all organizations; yield each column's outcome.

    A secret whose key is gone is counted and left as it is. Any number of runs may be made, and stopped, at any time.
    """
    for model in of:
        for field in model._meta.local_concrete_fields:
            if isinstance(field, EncryptedTextField):
                yield _renew_column(model, field.name)


def _renew_column(model: Any, name: str) -> Renewal:
    outcome = Renewal(f"{model._meta.label}.{name}")
    last = 0
    while True:
        with scope.everywhere(), transaction.atomic():
            rows = model.objects.filter(pk__gt=last, **{f"{name}__isnull": False}).order_by("pk")
            batch = list(rows.select_for_update().values_list("pk", name)[:RENEWAL_BATCH])
            for pk, secret in batch:
                _renew(model, pk, name, secret, outcome)
        if not batch:
            return outcome
        last = batch[-1][0]


def _renew(model: Any, pk: int, name: str, secret: Secret, outcome: Renewal) -> None:
    stored = secret.sealed()
    try:
        renewed = encryption.renewed(stored)
    except encryption.Unreadable:
        outcome.unreadable += 1
        return
    if renewed == stored:
        outcome.current += 1
        return
    model.objects.filter(pk=pk).update(**{name: Secret.from_sealed(renewed)})
    outcome.renewed += 1
