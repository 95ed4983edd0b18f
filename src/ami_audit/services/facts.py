"""Which facts a trail holds already, those included whose identity its records hide."""

from collections.abc import Sequence

from ami_audit.services.session import Session


async def known_facts(session: Session, keys: Sequence[bytes], *, before: int) -> list[bool]:
    """Return for each fact key whether a record below `before` holds that fact.

    A record that hides its fact holds a mark of it, which only the owner's key makes: without the trail's vault on this
    machine such a fact is not known.
    """
    known = list(await session.store.known(keys, before=before))
    vault = await session.vault_here()
    left = [index for index, is_known in enumerate(known) if not is_known]
    if vault is None or not left:
        return known
    hidden = await session.store.known(vault.marks([keys[index] for index in left]), before=before)
    for index, is_known in zip(left, hidden, strict=True):
        known[index] = is_known
    return known
