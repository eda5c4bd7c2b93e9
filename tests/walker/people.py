"""Everybody who may stand before a door: members of each role, people and programs from elsewhere, and nobody."""

from apps.accounts import operations as accounts
from apps.accounts.models import Role
from tests import builders
from tests.builders import SEPTEMBER
from tests.walker.sending import Actor
from tests.walker.worlds import World


def actors(world: World) -> dict[str, Actor]:
    """Return the actors by name: the members and keys of a world, a stranger, a revoked key, and nobody at all."""
    everybody = [Actor("anonymous"), Actor("stranger")]
    stranger = accounts.create_user(email="stranger@example.com", password=builders.PASSWORD, now=SEPTEMBER)
    everybody[1].sign_in(stranger)
    for role in Role.values:
        member = Actor(role, role)
        member.sign_in(world.people[role])
        everybody.append(member)
    for role, key in world.keys.items():
        headers = {"Authorization": f"Bearer {key}"}
        everybody.append(Actor(f"key:{role}", "" if role == "revoked" else role, headers=headers))
    everybody.append(Actor("key:garbage", headers={"Authorization": "Bearer tb_live_nothing_at-all"}))
    return {actor.name: actor for actor in everybody}
