# Kiln's evidence by the tools of in-toto. Arguments: a folder of envelopes, the public key that
# signed them, the folder for what is made here, the secret key. Prints what does not hold.
import base64
import copy
import hashlib
import json
import pathlib
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from google.protobuf import json_format
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from securesystemslib import exceptions
from securesystemslib.dsse import Envelope
from securesystemslib.signer import CryptoSigner, SSlibKey

folder, public, made, secret = sys.argv[1:]
name, text = public.split(":")
key = SSlibKey(name, "ed25519", "ed25519", {"public": base64.b64decode(text).hex()})


def statement_of(payload):
    pb = json_format.Parse(payload.decode(), statement_pb2.Statement())
    statement = Statement.copy_from_pb(pb)
    statement.validate()
    return statement


def verifies(envelope):
    try:
        Envelope.from_dict(copy.deepcopy(envelope)).verify([key], 1)
        return True
    except (exceptions.VerificationError, ValueError, KeyError):
        return False


count = 0
for path in sorted(pathlib.Path(folder).rglob("*.json")):
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != path.stem:
        print(path, "is not named by its hash")
    envelope = json.loads(data)
    if not verifies(envelope):
        print(path, "does not verify")
    if envelope["payloadType"] != "application/vnd.in-toto+json":
        print(path, "has the type", envelope["payloadType"])
    statement = statement_of(base64.b64decode(envelope["payload"]))
    predicate = json.loads(base64.b64decode(envelope["payload"]))["predicate"]
    digest = statement.pb.subject[0].digest["sha256"]
    if predicate["closure"] != "sha256:" + digest:
        print(path, "is about two closures")
    # What is altered does not verify: each byte of a sample of the payload, the type, the signature.
    payload = base64.b64decode(envelope["payload"])
    for at in range(0, len(payload), 97):
        bad = dict(envelope)
        bad["payload"] = base64.b64encode(payload[:at] + bytes([payload[at] ^ 1]) + payload[at + 1 :]).decode()
        if verifies(bad):
            print(path, "verifies with byte", at, "altered")
    if verifies(dict(envelope, payloadType="text/plain")):
        print(path, "verifies as another type")
    count += 1

# The other way: their signature on kiln's statement, by kiln's own secret key. The details are
# other ones, so that it is a file of its own.
seed = base64.b64decode(pathlib.Path(secret).read_text().split(":")[1])[:32]
signer = CryptoSigner(Ed25519PrivateKey.from_private_bytes(seed), key)
statement = json.loads(payload)
statement["predicate"]["details"] = {"by": "securesystemslib"}
envelope = Envelope(json.dumps(statement, indent=1).encode(), "application/vnd.in-toto+json", {})
envelope.sign(signer)
data = (json.dumps(envelope.to_dict(), indent=2) + "\n").encode()
gate, commit = statement["predicate"]["gate"], statement["predicate"]["commit"]
out = pathlib.Path(made) / commit[:2] / commit[2:] / gate / (hashlib.sha256(data).hexdigest() + ".json")
out.parent.mkdir(parents=True)
out.write_bytes(data)
print(count)
