/* SPDX-License-Identifier: MIT
 *
 * Envelopes, taken apart and made. */
#include "release/dsse.h"

#include "base/encoding.h"
#include "base/json.h"

enum { SIGNATURES_MAX = 64 };

void dsse_pae(struct str type, struct str payload, struct buf *out)
{
	buf_printf(out, "DSSEv1 %zu %.*s %zu ", type.n, STR_ARG(type), payload.n);
	buf_puts(out, payload);
}

/* The specification takes both alphabets, with or without padding. */
static errint decode(struct arena *a, struct str text, struct str *out, struct err *err)
{
	char *plain = arena_alloc(a, text.n + 4);
	uint8_t *bytes = arena_alloc(a, text.n + 4);
	size_t n = text.n;

	for (size_t i = 0; i < n; i++)
		plain[i] = text.p[i] == '-' ? '+' : text.p[i] == '_' ? '/' : text.p[i];
	while (n % 4)
		plain[n++] = '=';
	ptrdiff_t got = base64_decode_any(str_n(plain, n), bytes);
	if (got < 0)
		return err_set(err, ERR_CORRUPT, "not base64");
	*out = str_n((const char *)bytes, (size_t)got);
	return 0;
}

static errint need(struct arena *a, const struct json_member *m, size_t n, const char *key,
		   struct str *out, struct err *err)
{
	const struct str *v = json_find(m, n, str_c(key));

	if (!v)
		return err_set(err, ERR_CORRUPT, "an envelope without '%s'", key);
	errint rc = json_string(a, *v, out, err);
	return rc ? err_wrap(err, "'%s'", key) : 0;
}

static errint parse_signature(struct arena *a, struct str text, struct dsse_signature *out,
			      struct err *err)
{
	struct json_member *m;
	struct str sig, bytes;
	size_t n;
	errint rc = json_members(a, text, &m, &n, err);

	*out = (struct dsse_signature){.sig.name = S("")};
	if (!rc)
		rc = need(a, m, n, "sig", &sig, err);
	if (!rc)
		rc = decode(a, sig, &bytes, err);
	if (!rc && json_find(m, n, S("keyid")))
		rc = json_string(a, *json_find(m, n, S("keyid")), &out->sig.name, err);
	if (rc)
		return rc;
	out->fits = bytes.n == SIGNATURE_SIZE;
	if (out->fits)
		memcpy(out->sig.b, bytes.p, SIGNATURE_SIZE);
	return 0;
}

static errint parse(struct arena *a, struct str text, struct dsse *out, struct err *err)
{
	struct json_member *m;
	struct str *items, payload;
	size_t n;
	errint rc = json_members(a, text, &m, &n, err);

	if (!rc)
		rc = need(a, m, n, "payloadType", &out->type, err);
	if (!rc)
		rc = need(a, m, n, "payload", &payload, err);
	if (!rc)
		rc = decode(a, payload, &out->payload, err);
	if (rc)
		return rc;
	const struct str *list = json_find(m, n, S("signatures"));
	if (!list)
		return err_set(err, ERR_CORRUPT, "an envelope without 'signatures'");
	rc = json_items(a, *list, &items, &out->n, err);
	if (rc)
		return rc;
	if (out->n > SIGNATURES_MAX)
		return err_set(err, ERR_TOO_BIG, "an envelope with %zu signatures", out->n);
	out->v = ARENA_ARRAY(a, struct dsse_signature, out->n);
	for (size_t i = 0; !rc && i < out->n; i++)
		rc = parse_signature(a, items[i], &out->v[i], err);
	return rc;
}

errint dsse_parse(struct arena *a, struct str text, struct dsse *out, struct err *err)
{
	struct dsse d = {0};
	errint rc = text.n > LIMIT_SMALL_FILE
			    ? err_set(err, ERR_TOO_BIG, "an envelope of %zu bytes", text.n)
			    : parse(a, str_trim(text), &d, err);

	if (!rc)
		*out = d;
	return rc;
}

static void put_base64(struct buf *b, const void *p, size_t n)
{
	char *text CLEANUP_FREE = xmalloc(BASE64_LEN(n) + 1);

	base64_encode(p, n, text);
	buf_putz(b, text);
}

errint dsse_make(struct str type, struct str payload, const struct signing_key *keys, size_t n_keys,
		 struct buf *out, struct err *err)
{
	BUF(pae, LIMIT_SMALL_FILE);

	/* Whoever looks signatures up by the key's name takes one of two, or neither. */
	for (size_t i = 0; i < n_keys; i++)
		for (size_t k = 0; k < i; k++)
			if (str_eq(keys[i].name, keys[k].name))
				return err_set(err, ERR_USAGE,
					       "two keys called '%.*s' sign one text",
					       STR_ARG(keys[i].name));
	dsse_pae(type, payload, &pae);
	errint rc = buf_check(&pae, "statement", err);
	if (rc)
		return rc;
	buf_putz(out, "{\"payload\":\"");
	put_base64(out, payload.p, payload.n);
	buf_putz(out, "\",\"payloadType\":");
	json_put_str(out, type);
	buf_putz(out, ",\"signatures\":[");
	for (size_t i = 0; i < n_keys; i++) {
		struct signature sig;

		rc = key_sign(&keys[i], buf_str(&pae), &sig, err);
		if (rc)
			return rc;
		buf_putz(out, i ? ",{\"keyid\":" : "{\"keyid\":");
		json_put_str(out, sig.name);
		buf_putz(out, ",\"sig\":\"");
		put_base64(out, sig.b, sizeof(sig.b));
		buf_putz(out, "\"}");
	}
	buf_putz(out, "]}\n");
	return buf_check(out, "envelope", err);
}
