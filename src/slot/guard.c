/* SPDX-License-Identifier: MIT
 *
 * A version alone would keep no installer away: told to ignore what is there (pip -I, pip --target,
 * and uv always, as it does not see what a virtual environment inherits), it would bring the same
 * version once more. A wheel of that version which holds nothing but its metadata satisfies whoever
 * asks, and adds no file. */
#include "archive/archive.h"
#include "base/file.h"
#include "slot/place.h"

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

errint guard_wheel(struct arena *a, struct str project, struct str version, struct str *out,
		   struct err *err)
{
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
	struct archive_text files[ARRAY_LEN(texts)];

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		files[i] = (struct archive_text){
			.name = str_c(arena_printf(a, "%s/%s", info, texts[i][0])),
			.bytes = str_c(texts[i][1]),
		};
	return archive_zip_of_texts(a, files, ARRAY_LEN(files), out, err);
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

			struct str wheel;
			errint rc = guard_wheel(c->a, d->project, d->version, &wheel, err);

			if (rc)
				return rc;
			place_add(out, name, NULL, wheel);
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
