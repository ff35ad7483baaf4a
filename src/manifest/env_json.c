/* SPDX-License-Identifier: MIT
 *
 * env.json. */
#include "manifest/env_json.h"

#include "base/file.h"
#include "base/json.h"
#include "manifest/manifest_json.h"

static bool may_be_in_name(char c)
{
	return (unsigned char)c > ' ' && c != '/' && c != 0x7f;
}

errint env_json_check_name(struct str name, struct err *err)
{
	if (!name.n)
		return err_set(err, ERR_USAGE, "an environment's name is empty");
	for (size_t i = 0; i < name.n; i++)
		if (!may_be_in_name(name.p[i])) {
			ARENA(a);

			err_set(err, ERR_USAGE, "'%s' cannot be the name of an environment",
				manifest_shown(&a, name));
			return err_hint(err, "names have no blanks and no '/'");
		}
	return 0;
}

struct str env_json_name_of(struct arena *a, const char *folder)
{
	struct str name = arena_str(a, path_base(str_c(folder)));
	char *p = (char *)name.p;
	bool any = false;

	for (size_t i = 0; i < name.n; i++) {
		if (!may_be_in_name(p[i]))
			p[i] = '-';
		any |= p[i] != '-';
	}
	return any && !str_eqz(name, ".") && !str_eqz(name, "..") ? name : S("default");
}

static errint read_members(struct str text, struct arena *a, struct env_json *out, struct err *err)
{
	struct json_member *v;
	size_t n;
	errint rc = json_members(a, text, &v, &n, err);

	if (rc)
		return rc;
	const struct str *name = json_find(v, n, S("name"));
	const struct str *owner = json_find(v, n, S("owner"));
	const struct str *version = json_find(v, n, S("version"));
	if (version && !str_eq(*version, S("1")))
		return err_set(err, ERR_UNSUPPORTED, "version %s is not known, only 1",
			       manifest_shown(a, *version));
	if (!name)
		return err_set(err, ERR_CORRUPT, "'name' is missing");
	rc = json_string(a, *name, &out->name, err);
	if (!rc && owner)
		rc = json_string(a, *owner, &out->owner, err);
	return rc ? rc : env_json_check_name(out->name, err);
}

errint env_json_parse(struct str text, const char *file, struct arena *a, struct env_json *out,
		      struct err *err)
{
	struct env_json e = {.owner = {"", 0}, .text = arena_str(a, text)};

	if (read_members(e.text, a, &e, err)) {
		if (err->code == ERR_USAGE)
			err->code = ERR_CORRUPT;
		return err_wrap(err, "'%s'", file);
	}
	*out = e;
	return 0;
}

errint env_json_read(const char *dir, struct arena *a, struct env_json *out, struct err *err)
{
	BUF(text, LIMIT_SMALL_FILE);
	const char *file = arena_printf(a, "%s/.flox/env.json", dir);
	errint rc = file_read(AT_FDCWD, file, &text, err);

	return rc ? rc : env_json_parse(buf_str(&text), file, a, out, err);
}

errint env_json_print(const struct env_json *e, struct str name, struct buf *out, struct err *err)
{
	ARENA(a);
	BUF(b, LIMIT_SMALL_FILE);
	struct json_member *v = NULL;
	size_t n = 0;
	errint rc = e->text.n ? json_members(&a, e->text, &v, &n, err) : 0;

	if (rc)
		return rc;
	buf_putc(&b, '{');
	manifest_json_key(&b, "name");
	json_put_str(&b, name);
	if (!n) {
		manifest_json_key(&b, "version");
		buf_putz(&b, "1");
	}
	for (size_t i = 0; i < n; i++) {
		if (str_eqz(v[i].key, "name"))
			continue;
		manifest_json_name(&b, v[i].key);
		buf_puts(&b, v[i].value);
	}
	buf_putc(&b, '}');
	json_put_pretty(out, buf_str(&b));
	buf_putc(out, '\n');
	return buf_check(out, "env.json", err);
}
