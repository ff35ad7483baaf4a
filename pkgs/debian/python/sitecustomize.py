# What the host's /etc and /usr would say, from the store; the user's own settings win. OpenSSL, the
# C library and children of this process read these variables.
import os

for _name, _value in (
    ("SSL_CERT_FILE", os.environ.get("NIX_SSL_CERT_FILE") or "@cacert@/etc/ssl/certs/ca-bundle.crt"),
    ("OPENSSL_MODULES", "@openssl@/lib/ossl-modules"),
    ("LOCPATH", "@glibc@/lib/locale"),
    ("TZDIR", "@tzdata@/share/zoneinfo"),
):
    os.environ.setdefault(_name, _value)
del _name, _value

# Slots: what `kiln run --slot` brings comes last, so that no package of the environment is shadowed.
if os.environ.get("KILN_SLOT_PATH"):
    import sys

    sys.path += [_f for _f in os.environ["KILN_SLOT_PATH"].split(":") if _f and _f not in sys.path]

# And those that nothing fills: whoever imports one is told of it below the traceback.
if os.environ.get("KILN_SLOTS_EMPTY"):
    import sys

    def _hook(kind, error, trace, _shown=sys.excepthook):
        _shown(kind, error, trace)
        name = (getattr(error, "name", None) or "").split(".")[0]
        if issubclass(kind, ModuleNotFoundError) and name in os.environ.get("KILN_SLOTS_EMPTY", "").split():
            print(
                f"hint: '{name}' is a slot, which no package holds; this fills it: kiln run --slot torch=cpu …",
                file=sys.stderr,
            )

    sys.excepthook = _hook
