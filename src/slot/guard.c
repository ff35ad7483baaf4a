/* SPDX-License-Identifier: MIT
 *
 * A version alone would keep no installer away: told to ignore what is there (pip -I, pip --target,
 * and uv always, as it does not see what a virtual environment inherits), it would bring the same
 * version once more. A wheel of that version which holds nothing but its metadata satisfies whoever
 * asks, and adds no file. */
#include "base/encoding.h"
#include "base/file.h"
#include "slot/place.h"

/* ---- a zip archive of stored files ---- */

static uint32_t crc32_of(struct str s)
{
	uint32_t crc = ~0u;

	for (size_t i = 0; i < s.n; i++) {
		crc ^= (unsigned char)s.p[i];
		for (int k = 0; k < 8; k++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

static void put16(struct buf *b, unsigned v)
{
	buf_putc(b, (char)(v & 0xff));
	buf_putc(b, (char)(v >> 8 & 0xff));
}

static void put32(struct buf *b, uint32_t v)
{
	put16(b, v & 0xffff);
	put16(b, v >> 16);
}

struct zip_writer {
	struct buf body, directory;
	unsigned n;
};

/* What the local header and the directory's row share: versions, flags, method, the time of
 * 1980-01-01, sizes and the length of the name. */
static void put_common(struct buf *b, struct str name, struct str bytes)
{
	put16(b, 20);
	put16(b, 0);
	put16(b, 0);
	put16(b, 0);
	put16(b, 0x21);
	put32(b, crc32_of(bytes));
	put32(b, (uint32_t)bytes.n);
	put32(b, (uint32_t)bytes.n);
	put16(b, (unsigned)name.n);
	put16(b, 0);
}

static void zip_add(struct zip_writer *z, struct str name, struct str bytes)
{
	uint32_t at = (uint32_t)z->body.n;

	put32(&z->body, 0x04034b50);
	put_common(&z->body, name, bytes);
	buf_puts(&z->body, name);
	buf_puts(&z->body, bytes);
	put32(&z->directory, 0x02014b50);
	put16(&z->directory, 3 << 8 | 20);
	put_common(&z->directory, name, bytes);
	put16(&z->directory, 0);
	put16(&z->directory, 0);
	put16(&z->directory, 0);
	put32(&z->directory, 0100644u << 16);
	put32(&z->directory, at);
	buf_puts(&z->directory, name);
	z->n++;
}

static void zip_end(struct zip_writer *z)
{
	uint32_t at = (uint32_t)z->body.n;

	buf_puts(&z->body, buf_str(&z->directory));
	put32(&z->body, 0x06054b50);
	put32(&z->body, 0);
	put16(&z->body, z->n);
	put16(&z->body, z->n);
	put32(&z->body, (uint32_t)z->directory.n);
	put32(&z->body, at);
	put16(&z->body, 0);
}

/* ---- the wheel ---- */

static const char *spelled(struct arena *a, struct str project)
{
	char *s = arena_strz(a, project);

	for (size_t i = 0; i < project.n; i++)
		if (s[i] == '-')
			s[i] = '_';
	return s;
}

const char *guard_wheel_name(struct arena *a, struct str project, struct str version)
{
	return arena_printf(a, "%s-%.*s-py3-none-any.whl", spelled(a, project), STR_ARG(version));
}

struct str guard_wheel(struct arena *a, struct str project, struct str version)
{
	struct zip_writer z = {.body = BUF_INIT(LIMIT_SMALL_FILE),
			       .directory = BUF_INIT(LIMIT_SMALL_FILE)};
	const char *info =
		arena_printf(a, "%s-%.*s.dist-info", spelled(a, project), STR_ARG(version));
	const char *texts[][2] = {
		{"METADATA",
		 arena_printf(a,
			      "Metadata-Version: 2.1\nName: %.*s\nVersion: %.*s\n"
			      "Summary: stands for what fills the slot; it has no files\n",
			      STR_ARG(project), STR_ARG(version))},
		{"WHEEL", "Wheel-Version: 1.0\nGenerator: kiln\nRoot-Is-Purelib: true\n"
			  "Tag: py3-none-any\n"},
		{"RECORD",
		 arena_printf(a, "%s/METADATA,,\n%s/WHEEL,,\n%s/RECORD,,\n", info, info, info)},
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		zip_add(&z, str_c(arena_printf(a, "%s/%s", info, texts[i][0])), str_c(texts[i][1]));
	zip_end(&z);
	struct str whole = arena_str(a, buf_str(&z.body));
	buf_release(&z.body);
	buf_release(&z.directory);
	return whole;
}

/* A path within a file: address; what could be read otherwise is escaped. */
static void put_address(struct buf *b, const char *path)
{
	for (const char *p = path; *p; p++)
		if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/",
			   *p))
			buf_putc(b, *p);
		else
			buf_printf(b, "%%%02X", (unsigned char)*p);
}

errint guard_entries(const struct slot_case *c, const char *folder, struct place_entries *out,
		     struct err *err)
{
	BUF(text, LIMIT_SMALL_FILE);

	for (size_t i = 0; i < c->n_fillings; i++)
		for (size_t k = 0; k < c->fillings[i].dists.n; k++) {
			const struct dist *d = &c->fillings[i].dists.v[k];
			const char *name = arena_printf(
				c->a, "wheels/%s", guard_wheel_name(c->a, d->project, d->version));

			place_add(out, name, NULL, guard_wheel(c->a, d->project, d->version));
			buf_printf(&text, "%.*s @ file://", STR_ARG(d->project));
			put_address(&text, arena_printf(c->a, "%s/%s", folder, name));
			buf_putc(&text, '\n');
		}
	errint rc = buf_check(&text, "constraints", err);
	if (rc)
		return rc;
	place_add(out, "constraints.txt", NULL, arena_str(c->a, buf_str(&text)));
	return 0;
}
