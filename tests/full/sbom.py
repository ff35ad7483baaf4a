# Validates what kiln sbom wrote, with the tools of CycloneDX and SPDX; or tells of one file.
#
#	sbom.py CYCLONEDX.json SPDX.json SPDX
#	sbom.py --ask CYCLONEDX.json NAME
#	sbom.py --licences CYCLONEDX.json
import json
import sys


def components(document):
    for path in document["components"] + [document["metadata"]["component"]]:
        yield path
        yield from path.get("components", [])


def licence(component):
    for entry in component.get("licenses", []):
        return entry.get("expression") or entry["license"].get("id") or "~" + entry["license"]["name"]
    return ""


def ask(file, name):
    with open(file, encoding="utf-8") as stream:
        found = [c for c in components(json.load(stream)) if c["name"] == name]
    for c in found:
        print(c["purl"], licence(c), *(r["url"] for r in c.get("externalReferences", [])))


def licences(file):
    with open(file, encoding="utf-8") as stream:
        all_of_them = [licence(c) for c in components(json.load(stream)) if not c["purl"].startswith("pkg:generic/")]
    known = [x for x in all_of_them if x and not x.startswith("~")]
    print(100 * len(known) // len(all_of_them), "% of", len(all_of_them))


def validate(cyclonedx, *spdx):
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator
    from packageurl import PackageURL
    from spdx_tools.spdx.parser.parse_anything import parse_file
    from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

    with open(cyclonedx, encoding="utf-8") as stream:
        text = stream.read()
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    document = json.loads(text)
    if wrong:
        print(cyclonedx, wrong)
    for c in components(document):
        again = PackageURL.from_string(c["purl"]).to_string()
        if again.replace("%3A", ":").replace("%2F", "/") != c["purl"].replace("%2F", "/"):
            print(c["purl"], "is", again)
            wrong = True
    paths = document["components"] + [document["metadata"]["component"]]
    edges = sum(len(d.get("dependsOn", [])) for d in document["dependencies"])
    for file in spdx:
        parsed = parse_file(file)
        messages = validate_full_spdx_document(parsed)
        for message in messages[:5]:
            print(file, message.validation_message, message.context.spdx_id)
        depends = [r for r in parsed.relationships if r.relationship_type.name == "DEPENDS_ON"]
        wrong = wrong or messages or len(depends) != edges or len(parsed.packages) != len(list(components(document)))
    if wrong:
        sys.exit(1)
    # What refers to itself has that reference in the store's list alone.
    print(f"valid: {len(paths)} paths, {edges} references")


if sys.argv[1] == "--ask":
    ask(*sys.argv[2:])
elif sys.argv[1] == "--licences":
    licences(*sys.argv[2:])
else:
    validate(*sys.argv[1:])
