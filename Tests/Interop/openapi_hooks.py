"""Hooks of schemathesis: what it invents is mixed with what is really there.

`ROOST_POOL` is a JSON object of lists of ids by the name of a path parameter or a body's key without `_id`;
`ROOST_SPARE` names operations whose paths keep invented ids, because they would end the run. Ids that answers
bring are learned, so that what the run itself made is read, changed and deleted too.
"""

import json
import os
import random

import schemathesis

POOL = json.loads(os.environ.get("ROOST_POOL", "{}"))
SPARE = set(os.environ.get("ROOST_SPARE", "").split(","))
LEARNED = {
    "createChannel": "channel", "createRole": "role", "createMessage": "message", "createCommand": "command",
    "createGuildCommand": "command", "createDirectMessage": "channel",
}
DICE = random.Random(int(os.environ.get("ROOST_SEED", "1")))
KEPT = 50


def real(name, otherwise):
    """One of the known ids, most of the time."""
    ids = POOL.get(name)
    return DICE.choice(ids) if ids and DICE.random() < 0.8 else otherwise


def mix(body):
    """The same body with known ids where its keys name some."""
    if isinstance(body, dict):
        return {
            key: real(key.removesuffix("_id"), value) if key.endswith("_id") else mix(value)
            for key, value in body.items()
        }
    return body


@schemathesis.hook
def before_call(context, case, kwargs):
    operation = case.operation.definition.raw.get("operationId", "")
    if operation in SPARE:
        return
    for name, value in list((case.path_parameters or {}).items()):
        case.path_parameters[name] = real(name, value)
    case.body = mix(case.body)


@schemathesis.hook
def after_call(context, case, response):
    kind = LEARNED.get(case.operation.definition.raw.get("operationId", ""))
    if kind and response.status_code in (200, 201):
        ids = POOL.setdefault(kind, [])
        ids.append(response.json()["id"])
        del ids[1:-KEPT]
