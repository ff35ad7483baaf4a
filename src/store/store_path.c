/* SPDX-License-Identifier: MIT
 *
 * Every store path is a digest of a fingerprint `<type>:sha256:<hex>:<store dir>:<name>`, folded
 * to 160 bits. Only how the type and the inner digest come about differs between the kinds. */
#include "store/store_path.h"

#include "base/buf.h"

static const bool name_letter[256] = {
	['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true,
	['+'] = true,         ['-'] = true,         ['.'] = true,
	['_'] = true,         ['?'] = true,         ['='] = true,
};
static const bool hash_letter[256] = {
	['0' ... '9'] = true, ['a' ... 'd'] = true, ['f' ... 'n'] = true,
	['p' ... 's'] = true, ['v' ... 'z'] = true,
};

/* What makes a name unusable, or NULL; shared by the check with words and the one without. */
static const char *name_fault(struct str name)
{
	if (name.n == 0)
		return "it is empty";
	if (name.n > LIMIT_STORE_NAME)
		return "it is longer than 211 characters";
	for (size_t i = 0; i < name.n; i++) {
		if (!name_letter[(unsigned char)name.p[i]])
			return "only letters, digits and +-._?= may occur";
	}
	if (str_eq(name, S(".")) || str_eq(name, S("..")))
		return "it is '.' or '..'";
	if (str_starts(name, S(".-")) || str_starts(name, S("..-")))
		return "it starts with '.-' or '..-'";
	return NULL;
}

errint store_name_check(struct str name, struct err *err)
{
	const char *fault = name_fault(name);

	if (!fault)
		return 0;
	return err_set(err, ERR_FAILED, "'%.*s' cannot be a store path's name: %s",
		       (int)MIN(name.n, (size_t)300), name.p ? name.p : "", fault);
}

static bool hash_part_ok(struct str s)
{
	if (s.n != STORE_HASH_LEN)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!hash_letter[(unsigned char)s.p[i]])
			return false;
	}
	return true;
}

bool store_path_split(struct str dir, struct str path, struct str *top, struct str *rest)
{
	if (!str_starts(path, dir) || path.n <= dir.n || path.p[dir.n] != '/')
		return false;
	struct str base = str_skip(path, dir.n + 1);
	ptrdiff_t slash = str_chr(base, '/');
	struct str tail = slash < 0 ? str_n(path.p + path.n, 0) : str_skip(base, (size_t)slash);
	if (slash >= 0)
		base.n = (size_t)slash;
	if (base.n < STORE_HASH_LEN + 2 || base.p[STORE_HASH_LEN] != '-' ||
	    !hash_part_ok(str_sub(base, 0, STORE_HASH_LEN)) ||
	    name_fault(str_skip(base, STORE_HASH_LEN + 1)))
		return false;
	if (top)
		*top = str_n(path.p, dir.n + 1 + base.n);
	if (rest)
		*rest = tail;
	return true;
}

bool store_path_is(struct str dir, struct str path)
{
	struct str top;

	return store_path_split(dir, path, &top, NULL) && top.n == path.n;
}

struct str store_path_base(struct str path)
{
	return path_base(path);
}

struct str store_path_hash_part(struct str path)
{
	return str_sub(path_base(path), 0, STORE_HASH_LEN);
}

struct str store_path_name(struct str path)
{
	return str_skip(path_base(path), STORE_HASH_LEN + 1);
}

bool store_path_is_drv(struct str path)
{
	return str_ends(path, S(".drv"));
}

errint store_path_make(struct arena *a, struct str dir, struct str type, const struct hash *h,
		       struct str name, struct str *out, struct err *err)
{
	errint rc = store_name_check(name, err);
	if (rc)
		return rc;

	char hash_text[HASH_TEXT_MAX];
	BUF(fingerprint, LIMIT_NIX_STRING);
	buf_puts(&fingerprint, type);
	buf_printf(&fingerprint, ":%s:", hash_format(h, HASH_BASE16, true, hash_text));
	buf_puts(&fingerprint, dir);
	buf_putc(&fingerprint, ':');
	buf_puts(&fingerprint, name);
	rc = buf_check(&fingerprint, "store path fingerprint", err);
	if (rc)
		return rc;

	struct hash digest;
	uint8_t folded[20];
	char text[BASE32_LEN(20) + 1];
	hash_bytes(HASH_SHA256, buf_str(&fingerprint), &digest);
	hash_compress(&digest, folded, sizeof(folded));
	base32_encode(folded, sizeof(folded), text);

	size_t n = dir.n + 1 + STORE_HASH_LEN + 1 + name.n;
	char *p = arena_alloc(a, n + 1);
	memcpy(p, dir.p, dir.n);
	p[dir.n] = '/';
	memcpy(p + dir.n + 1, text, STORE_HASH_LEN);
	p[dir.n + 1 + STORE_HASH_LEN] = '-';
	memcpy(p + n - name.n, name.p, name.n);
	p[n] = '\0';
	*out = str_n(p, n);
	return 0;
}

/* `<type>:<ref>:<ref>…[:self]` */
static void type_with_refs(struct buf *b, const char *type, const struct str *refs, size_t n_refs,
			   bool self_ref)
{
	buf_putz(b, type);
	for (size_t i = 0; i < n_refs; i++) {
		buf_putc(b, ':');
		buf_puts(b, refs[i]);
	}
	if (self_ref)
		buf_putz(b, ":self");
}

errint store_path_make_text(struct arena *a, struct str dir, struct str name, const struct hash *h,
			    const struct str *refs, size_t n_refs, struct str *out, struct err *err)
{
	BUG_ON(h->algo != HASH_SHA256);
	BUF(type, LIMIT_NIX_STRING);
	type_with_refs(&type, "text", refs, n_refs, false);
	errint rc = buf_check(&type, "reference list", err);
	return rc ? rc : store_path_make(a, dir, buf_str(&type), h, name, out, err);
}

errint store_path_make_fixed(struct arena *a, struct str dir, struct str name, bool recursive,
			     const struct hash *h, const struct str *refs, size_t n_refs,
			     bool self_ref, struct str *out, struct err *err)
{
	if (recursive && h->algo == HASH_SHA256) {
		BUF(type, LIMIT_NIX_STRING);
		type_with_refs(&type, "source", refs, n_refs, self_ref);
		errint rc = buf_check(&type, "reference list", err);
		return rc ? rc : store_path_make(a, dir, buf_str(&type), h, name, out, err);
	}
	if (n_refs || self_ref)
		return err_set(err, ERR_UNSUPPORTED,
			       "fixed output '%.*s' may have references only with a recursive "
			       "sha256 hash",
			       STR_ARG(name));

	char hash_text[HASH_TEXT_MAX];
	BUF(inner, LIMIT_SMALL_FILE);
	struct hash digest;
	buf_printf(&inner, "fixed:out:%s%s:", recursive ? "r:" : "",
		   hash_format(h, HASH_BASE16, true, hash_text));
	hash_bytes(HASH_SHA256, buf_str(&inner), &digest);
	return store_path_make(a, dir, S("output:out"), &digest, name, out, err);
}

errint store_path_make_output(struct arena *a, struct str dir, struct str drv_name,
			      struct str output, const struct hash *modulo, struct str *out,
			      struct err *err)
{
	errint rc = store_name_check(output, err);
	if (rc)
		return err_wrap(err, "output of derivation '%.*s'", STR_ARG(drv_name));

	BUF(type, LIMIT_SMALL_FILE);
	BUF(name, LIMIT_SMALL_FILE);
	buf_putz(&type, "output:");
	buf_puts(&type, output);
	buf_puts(&name, drv_name);
	if (!str_eq(output, S("out"))) {
		buf_putc(&name, '-');
		buf_puts(&name, output);
	}
	return store_path_make(a, dir, buf_str(&type), modulo, buf_str(&name), out, err);
}
