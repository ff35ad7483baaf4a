/* SPDX-License-Identifier: MIT
 *
 * Finding the secret key that somebody means. */
#include "store/key_files.h"

#include "base/environ.h"
#include "base/file.h"

static char *folder(void)
{
	char *base CLEANUP_FREE = user_config_dir();

	return xasprintf("%s/keys", base);
}

char *key_file_of(struct str name)
{
	char *dir CLEANUP_FREE = folder();

	return xasprintf("%s/%.*s.secret", dir, STR_ARG(name));
}

errint key_folder_make(struct err *err)
{
	char *dir CLEANUP_FREE = folder();

	return mkdir_p(AT_FDCWD, dir, 0700, err);
}

static void release_list(struct dir_list *l)
{
	dir_list_release(l);
}

errint key_files_list(struct arena *a, struct str **out, size_t *n, struct err *err)
{
	char *dir CLEANUP_FREE = folder();
	struct dir_list list CLEANUP(release_list) = {0};
	ERR(absent);

	*n = 0;
	if (dir_list(AT_FDCWD, dir, &list, &absent))
		return absent.code == ERR_NOT_FOUND ? 0 : err_move(err, &absent);
	*out = ARENA_ARRAY(a, struct str, list.n);
	for (size_t i = 0; i < list.n; i++) {
		struct str name = str_c(list.v[i].name);

		if (str_ends(name, S(".secret")))
			(*out)[(*n)++] = arena_str(a, str_drop_suffix(name, S(".secret")));
	}
	return 0;
}

static errint find_only(struct arena *a, struct signing_key *out, struct err *err)
{
	const char *text = env_get(KEY_VARIABLE);
	struct str *names = NULL;
	size_t n;

	if (text) {
		errint rc = signing_key_parse(a, str_c(text), out, err);

		return rc ? err_wrap(err, KEY_VARIABLE) : 0;
	}
	errint rc = key_files_list(a, &names, &n, err);
	if (rc)
		return rc;
	if (n == 1) {
		char *file CLEANUP_FREE = key_file_of(names[0]);

		return signing_key_read(a, file, out, err);
	}
	if (!n) {
		err_set(err, ERR_NOT_FOUND, "no secret key to sign with");
		return err_hint(err,
				"kiln key generate NAME makes one; --key FILE, or "
				"%s in the environment, names another",
				KEY_VARIABLE);
	}
	err_set(err, ERR_USAGE, "%zu secret keys are here, and none is named", n);
	return err_hint(err, "--key NAME, such as '%.*s' or '%.*s'", STR_ARG(names[0]),
			STR_ARG(names[1]));
}

errint key_find(struct arena *a, const char *given, struct signing_key *out, struct err *err)
{
	if (!given)
		return find_only(a, out, err);
	if (strchr(given, '/'))
		return signing_key_read(a, given, out, err);
	errint rc = key_name_check(str_c(given), err);
	if (rc)
		return rc;
	char *file CLEANUP_FREE = key_file_of(str_c(given));
	rc = signing_key_read(a, file, out, err);
	return rc == ERR_NOT_FOUND
		       ? err_hint(err, "a file is named with a '/' in it: './%s'", given)
		       : rc;
}
