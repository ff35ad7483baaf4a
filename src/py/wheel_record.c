/* SPDX-License-Identifier: MIT
 *
 * RECORD: CSV rows `name,algorithm=digest,size`. The digest is URL-safe base64 without padding. */
#include "py/wheel.h"

enum { MAX_ROWS = LIMIT_ARCHIVE_ENTRIES };

/* Takes a field off the front of a row, unquoting it; *more says that a comma followed. */
static bool take_field(struct arena *a, struct str *rest, struct str *out, bool *more)
{
	char *text;
	size_t n = 0, i = 1;

	if (!rest->n || rest->p[0] != '"') {
		ptrdiff_t comma = str_chr(*rest, ',');

		*out = comma < 0 ? *rest : str_sub(*rest, 0, (size_t)comma);
		*more = comma >= 0;
		*rest = str_skip(*rest, out->n + *more);
		return true;
	}
	text = arena_alloc(a, rest->n);
	for (;; i++) {
		if (i >= rest->n)
			return false;
		if (rest->p[i] == '"') {
			if (i + 1 >= rest->n || rest->p[i + 1] != '"')
				break;
			i++;
		}
		text[n++] = rest->p[i];
	}
	*out = str_n(text, n);
	*rest = str_skip(*rest, i + 1);
	*more = rest->n && rest->p[0] == ',';
	if (!*more && rest->n)
		return false;
	*rest = str_skip(*rest, *more);
	return true;
}

/* "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU" */
static bool digest_parse(struct str field, struct hash *out)
{
	char text[BASE64_LEN(HASH_MAX) + 1];
	struct str algorithm, digest;
	size_t n;

	if (!str_cut(field, '=', &algorithm, &digest) || !hash_algo_parse(algorithm, &out->algo))
		return false;
	while (digest.n && digest.p[digest.n - 1] == '=')
		digest.n--;
	n = hash_size(out->algo);
	if (digest.n > BASE64_LEN(n))
		return false;
	for (size_t i = 0; i < BASE64_LEN(n); i++) {
		char c = i < digest.n ? digest.p[i] : '=';

		text[i] = c == '-' ? '+' : c == '_' ? '/' : c;
	}
	memset(out->b, 0, sizeof(out->b));
	return base64_decode(str_n(text, BASE64_LEN(n)), out->b, n);
}

/* A name with commas that somebody forgot to quote: hash and size are what is behind the last two.
 */
static bool unquoted(struct str line, struct str *name, struct str *hash)
{
	ptrdiff_t size = str_rchr(line, ','), digest;

	if (size < 0 || (digest = str_rchr(str_sub(line, 0, (size_t)size), ',')) < 0)
		return false;
	*name = str_sub(line, 0, (size_t)digest);
	*hash = str_sub(line, (size_t)digest + 1, (size_t)(size - digest - 1));
	return str_chr(*name, '"') < 0 && str_chr(*name, ',') >= 0;
}

static errint row_parse(struct arena *a, struct str line, struct wheel_record *out, struct err *err)
{
	struct str rest = line, name, hash = S("");
	bool more;

	if (!unquoted(line, &name, &hash) &&
	    (!take_field(a, &rest, &name, &more) || (more && !take_field(a, &rest, &hash, &more))))
		return err_set(err, ERR_CORRUPT, "RECORD has a broken row: %.*s", STR_ARG(line));
	if (!name.n)
		return err_set(err, ERR_CORRUPT, "RECORD has a row without a name: %.*s",
			       STR_ARG(line));
	out->name = arena_str(a, name);
	out->has_hash = hash.n > 0;
	if (out->has_hash && !digest_parse(hash, &out->hash))
		return err_set(err, ERR_CORRUPT, "RECORD has a hash that is not valid: %.*s",
			       STR_ARG(line));
	return 0;
}

/* A line, but a field that starts with a quote may hold line ends. */
static struct str take_row(struct str *rest)
{
	bool start = true, field = false, quoted = false;
	size_t n = 0;
	struct str row;

	for (; n < rest->n && (quoted || rest->p[n] != '\n'); n++) {
		char c = rest->p[n];

		field = start ? c == '"' : field;
		quoted ^= field && c == '"';
		start = !quoted && c == ',';
	}
	row = str_sub(*rest, 0, n);
	*rest = str_skip(*rest, n + 1);
	return str_drop_suffix(row, S("\r"));
}

errint wheel_record_parse(struct arena *a, struct str text, struct wheel_record **out, size_t *n,
			  struct err *err)
{
	struct str rest = str_drop_prefix(text, S("\xef\xbb\xbf"));
	struct wheel_record *v;
	size_t cap = 1, used = 0;

	for (size_t i = 0; i < text.n; i++)
		cap += text.p[i] == '\n';
	if (cap > MAX_ROWS)
		return err_set(err, ERR_TOO_BIG, "RECORD has more than %d rows", MAX_ROWS);
	v = ARENA_ARRAY(a, struct wheel_record, cap);
	while (rest.n) {
		struct str row = take_row(&rest);
		errint rc = row.n ? row_parse(a, row, &v[used++], err) : 0;

		if (rc)
			return rc;
	}
	*out = v;
	*n = used;
	return 0;
}

static void put_field(struct buf *out, struct str s)
{
	bool quote = str_chr(s, ',') >= 0 || str_chr(s, '"') >= 0 || str_chr(s, '\n') >= 0;

	if (!quote) {
		buf_puts(out, s);
		return;
	}
	buf_putc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_putc(out, '"');
		buf_putc(out, s.p[i]);
	}
	buf_putc(out, '"');
}

void wheel_record_row(struct buf *out, struct str name, const struct hash *sha256, uint64_t size)
{
	char digest[BASE64_LEN(HASH_MAX) + 1];

	put_field(out, name);
	if (!sha256) {
		buf_putz(out, ",,\n");
		return;
	}
	base64_encode(sha256->b, hash_size(sha256->algo), digest);
	for (char *p = digest; *p; p++)
		*p = *p == '+' ? '-' : *p == '/' ? '_' : *p == '=' ? '\0' : *p;
	buf_printf(out, ",%s=%s,%llu\n", hash_algo_name(sha256->algo), digest,
		   (unsigned long long)size);
}
