/* SPDX-License-Identifier: MIT
 *
 * Whatever a cache says is checked before it is believed; whether it may be believed at all is the
 * signatures' to say. */
#include "cache/narinfo.h"

#include "store/store_path.h"

enum { REFS_MAX = 1 << 20, CACHE_PRIORITY = 50 };

/* ---- lines ---- */

struct narinfo_lines {
	struct str rest;
	const char *name; /* of the text, for messages */
	unsigned line;
};

ATTR_COLD ATTR_PRINTF(3, 4) static errint
	wrong(const struct narinfo_lines *l, struct err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	errint rc = err_vset(err, ERR_CORRUPT, fmt, ap);
	va_end(ap);
	err_wrap(err, "%s:%u", l->name, l->line);
	return rc;
}

static bool is_text(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < ' ' || c == 0x7f)
			return false;
	}
	return true;
}

/* *more is false at the end. The last line may lack its newline, as in Nix. */
static errint next_line(struct narinfo_lines *l, struct str *key, struct str *value, bool *more,
			struct err *err)
{
	struct str line;

	*more = l->rest.n && str_split(&l->rest, '\n', &line);
	if (!*more)
		return 0;
	l->line++;
	if (!is_text(line))
		return wrong(l, err, "a control character");
	if (!str_cut(line, ':', key, value))
		return wrong(l, err, "a line without ':'");
	*value = str_drop_prefix(*value, S(" "));
	return 0;
}

/* ---- narinfo ---- */

struct narinfo_reader {
	struct narinfo_lines lines;
	struct arena *a;
	struct str dir;
	struct narinfo *out;
	struct err *err;
};

typedef errint field_fn(struct narinfo_reader *r, struct str value);

static errint take_path(struct narinfo_reader *r, struct str value)
{
	if (!store_path_is(r->dir, value))
		return wrong(&r->lines, r->err, "'%.*s' is no path of '%.*s'", STR_ARG(value),
			     STR_ARG(r->dir));
	r->out->info.path = arena_str(r->a, value);
	return 0;
}

/* Of the cache itself, without a way out of it, or another server's. */
static bool url_is_good(struct str url)
{
	struct str part;

	if (!url.n || url.p[0] == '/' || str_chr(url, ' ') >= 0)
		return false;
	if (str_starts(url, S("http://")) || str_starts(url, S("https://")))
		return true;
	if (str_chr(url, ':') >= 0 || str_chr(url, '?') >= 0 || str_chr(url, '#') >= 0 ||
	    str_chr(url, '%') >= 0)
		return false;
	while (str_split(&url, '/', &part)) {
		if (!part.n || str_eq(part, S(".")) || str_eq(part, S("..")))
			return false;
	}
	return true;
}

static errint take_url(struct narinfo_reader *r, struct str value)
{
	if (!url_is_good(value))
		return wrong(&r->lines, r->err, "'%.*s' is no URL of a NAR", STR_ARG(value));
	r->out->url = arena_str(r->a, value);
	return 0;
}

static errint take_packing(struct narinfo_reader *r, struct str value)
{
	/* Nix takes an empty word as none at all. */
	if (value.n && !packing_parse(value, &r->out->packing))
		return wrong(&r->lines, r->err, "unknown compression '%.*s'", STR_ARG(value));
	return 0;
}

static errint take_hash(struct narinfo_reader *r, struct str value, struct hash *out)
{
	errint rc = hash_parse(value, HASH_ANY, out, r->err);

	if (rc)
		err_wrap(r->err, "%s:%u", r->lines.name, r->lines.line);
	return rc;
}

static errint take_number(struct narinfo_reader *r, struct str value, uint64_t *out)
{
	if (!str_to_u64(value, out))
		return wrong(&r->lines, r->err, "'%.*s' is no number", STR_ARG(value));
	return 0;
}

static errint take_file_hash(struct narinfo_reader *r, struct str value)
{
	return take_hash(r, value, &r->out->file_hash);
}

static errint take_file_size(struct narinfo_reader *r, struct str value)
{
	return take_number(r, value, &r->out->file_size);
}

static errint take_nar_hash(struct narinfo_reader *r, struct str value)
{
	errint rc = take_hash(r, value, &r->out->info.nar_hash);

	if (!rc && r->out->info.nar_hash.algo != HASH_SHA256)
		return wrong(&r->lines, r->err, "a NAR's hash has to be a sha256");
	return rc;
}

static errint take_nar_size(struct narinfo_reader *r, struct str value)
{
	return take_number(r, value, &r->out->info.nar_size);
}

static errint take_base(struct narinfo_reader *r, struct str base, struct str *out)
{
	struct str path = str_c(arena_printf(r->a, "%.*s/%.*s", STR_ARG(r->dir), STR_ARG(base)));

	if (!store_path_is(r->dir, path))
		return wrong(&r->lines, r->err, "'%.*s' is no name of a store path", STR_ARG(base));
	*out = path;
	return 0;
}

static errint take_references(struct narinfo_reader *r, struct str value)
{
	struct path_info *info = &r->out->info;
	struct str_set set = {0};
	struct str word;
	size_t room = 1;

	for (size_t i = 0; i < value.n; i++)
		room += value.p[i] == ' ';
	if (room > REFS_MAX)
		return wrong(&r->lines, r->err, "more than %d references", REFS_MAX);
	set.v = ARENA_ARRAY(r->a, struct str, room);
	while (value.n && str_split(&value, ' ', &word)) {
		errint rc = word.n ? take_base(r, word, &set.v[set.n]) : 0;

		if (rc)
			return rc;
		set.n += word.n > 0;
	}
	str_set_sort(&set);
	info->refs = set.v;
	info->n_refs = set.n;
	return 0;
}

static errint take_deriver(struct narinfo_reader *r, struct str value)
{
	return str_eq(value, S("unknown-deriver")) ? 0 : take_base(r, value, &r->out->info.deriver);
}

static errint take_sig(struct narinfo_reader *r, struct str value)
{
	struct str *sigs = &r->out->info.sigs;

	if (!value.n || str_chr(value, ' ') >= 0)
		return wrong(&r->lines, r->err, "'%.*s' is no signature", STR_ARG(value));
	*sigs = str_c(arena_printf(r->a, "%.*s%s%.*s", STR_ARG(*sigs), sigs->n ? " " : "",
				   STR_ARG(value)));
	return 0;
}

static errint take_ca(struct narinfo_reader *r, struct str value)
{
	r->out->info.ca = arena_str(r->a, value);
	return 0;
}

/* ORDER: as Nix writes them. */
static const struct field {
	struct str name;
	field_fn *take;
	bool needed, many;
} fields[] = {
	{S("StorePath"), take_path, true, false},
	{S("URL"), take_url, true, false},
	{S("Compression"), take_packing, false, false},
	{S("FileHash"), take_file_hash, false, false},
	{S("FileSize"), take_file_size, false, false},
	{S("NarHash"), take_nar_hash, true, false},
	{S("NarSize"), take_nar_size, true, false},
	{S("References"), take_references, false, false},
	{S("Deriver"), take_deriver, false, false},
	{S("Sig"), take_sig, false, true},
	{S("CA"), take_ca, false, false},
};

static errint take_field(struct narinfo_reader *r, struct str key, struct str value, unsigned *seen)
{
	for (unsigned i = 0; i < ARRAY_LEN(fields); i++) {
		if (!str_eq(key, fields[i].name))
			continue;
		if (*seen & 1U << i && !fields[i].many)
			return wrong(&r->lines, r->err, "a second '%.*s'", STR_ARG(key));
		*seen |= 1U << i;
		return fields[i].take(r, value);
	}
	return 0;
}

errint narinfo_parse(struct arena *a, struct str dir, struct str text, const char *name,
		     struct narinfo *out, struct err *err)
{
	/* Without a word about it Nix takes bzip2, which it once wrote always. */
	struct narinfo n = {.packing = PACKING_BZIP2};
	struct narinfo_reader r = {
		.lines = {text, name, 0}, .a = a, .dir = dir, .out = &n, .err = err};
	unsigned seen = 0;
	bool more = true;
	errint rc = 0;

	while (!rc && more) {
		struct str key, value;

		rc = next_line(&r.lines, &key, &value, &more, err);
		if (!rc && more)
			rc = take_field(&r, key, value, &seen);
	}
	if (rc)
		return rc;
	for (unsigned i = 0; i < ARRAY_LEN(fields); i++) {
		if (fields[i].needed && !(seen & 1U << i))
			return err_set(err, ERR_CORRUPT, "%s: '%s' is missing", name,
				       fields[i].name.p);
	}
	if (!n.info.nar_size)
		return err_set(err, ERR_CORRUPT, "%s: 'NarSize' is 0", name);
	*out = n;
	return 0;
}

static void put_bases(struct buf *b, const struct path_info *info)
{
	for (size_t i = 0; i < info->n_refs; i++)
		buf_printf(b, "%s%.*s", i ? " " : "", STR_ARG(store_path_base(info->refs[i])));
}

static void put_signatures(struct buf *b, struct str sigs)
{
	struct str word;

	while (sigs.n && str_split(&sigs, ' ', &word)) {
		if (word.n)
			buf_printf(b, "Sig: %.*s\n", STR_ARG(word));
	}
}

void narinfo_print(const struct narinfo *n, struct buf *b)
{
	const struct path_info *info = &n->info;
	char hash[HASH_TEXT_MAX];

	buf_printf(b, "StorePath: %.*s\nURL: %.*s\nCompression: %s\n", STR_ARG(info->path),
		   STR_ARG(n->url), packing_name(n->packing));
	if (n->file_hash.algo)
		buf_printf(b, "FileHash: %s\nFileSize: %llu\n",
			   hash_format(&n->file_hash, HASH_NIX32, true, hash),
			   (unsigned long long)n->file_size);
	buf_printf(b, "NarHash: %s\nNarSize: %llu\nReferences: ",
		   hash_format(&info->nar_hash, HASH_NIX32, true, hash),
		   (unsigned long long)info->nar_size);
	put_bases(b, info);
	buf_putc(b, '\n');
	if (info->deriver.n)
		buf_printf(b, "Deriver: %.*s\n", STR_ARG(store_path_base(info->deriver)));
	put_signatures(b, info->sigs);
	if (info->ca.n)
		buf_printf(b, "CA: %.*s\n", STR_ARG(info->ca));
}

/* ---- nix-cache-info ---- */

static errint take_cache_field(const struct narinfo_lines *l, struct arena *a, struct str key,
			       struct str value, struct cache_info *c, struct err *err)
{
	if (str_eq(key, S("StoreDir"))) {
		c->store_dir = arena_str(a, value);
	} else if (str_eq(key, S("Priority"))) {
		if (!str_to_u64(value, &c->priority))
			return wrong(l, err, "'%.*s' is no number", STR_ARG(value));
	} else if (str_eq(key, S("WantMassQuery"))) {
		c->mass_query = str_eq(value, S("1"));
	}
	return 0;
}

errint cache_info_parse(struct arena *a, struct str text, const char *name, struct cache_info *out,
			struct err *err)
{
	struct narinfo_lines l = {text, name, 0};
	struct cache_info c = {.priority = CACHE_PRIORITY};
	bool more = true;
	errint rc = 0;

	while (!rc && more) {
		struct str key, value;

		rc = next_line(&l, &key, &value, &more, err);
		if (!rc && more)
			rc = take_cache_field(&l, a, key, str_trim(value), &c, err);
	}
	if (rc)
		return rc;
	*out = c;
	return 0;
}

void cache_info_print(const struct cache_info *c, struct buf *b)
{
	buf_printf(b, "StoreDir: %.*s\nWantMassQuery: %d\nPriority: %llu\n", STR_ARG(c->store_dir),
		   c->mass_query, (unsigned long long)c->priority);
}
