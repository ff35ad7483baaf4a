/* SPDX-License-Identifier: MIT
 *
 * Verification and reading of InRelease files. */
#include "deb/release.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"
#include "deb/control.h"

/* A folder that goes with its content. */
static void temp_release(char **dir)
{
	if (*dir)
		remove_tree_quietly(AT_FDCWD, *dir);
	free(*dir);
}

errint deb_release_status(struct str status, struct err *err)
{
	static const struct str prefix = {"[GNUPG:] ", 9};
	static const char *const bad[] = {"BADSIG ", "REVKEYSIG ", "EXPSIG "};
	bool valid = false;
	struct str line;

	while (str_split(&status, '\n', &line)) {
		if (!str_starts(line, prefix))
			continue;
		line = str_skip(line, prefix.n);
		valid |= str_starts(line, S("VALIDSIG "));
		for (size_t i = 0; i < ARRAY_LEN(bad); i++)
			if (str_starts(line, str_c(bad[i])))
				return err_set(err, ERR_DENIED, "its signature is bad: %.*s",
					       STR_ARG(line));
	}
	if (valid)
		return 0;
	err_set(err, ERR_DENIED, "no key of the archive signed it");
	return err_hint(err,
			"install a newer debian-archive-keyring, or name a keyring that holds the "
			"mirror's key");
}

static errint run_gpgv(const char *inrelease, const char *keyring, const char *text_path,
		       const char *status_path, struct err *err)
{
	const char *const argv[] = {"gpgv",     "--status-fd", "1",       "--keyring", keyring,
				    "--output", text_path,     inrelease, NULL};
	int out CLEANUP_FD = open(status_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct process_spec spec = {.argv = argv, .in = -1, .out = out, .errfd = -1};
	pid_t pid;
	int status;

	if (out < 0)
		return err_sys(err, "cannot make '%s'", status_path);
	if (process_start(&spec, &pid, err)) {
		err_wrap(err, "checking the archive's signature");
		return err_hint(err, "install gpgv");
	}
	return process_wait(pid, &status, err);
}

errint deb_release_verify(const char *inrelease, const char *keyring, struct buf *text,
			  struct err *err)
{
	char *dir CLEANUP(temp_release) = NULL;
	char *text_path CLEANUP_FREE = NULL;
	char *status_path CLEANUP_FREE = NULL;
	BUF(status, LIMIT_SMALL_FILE);

	if (access(keyring, R_OK)) {
		err_sys(err, "cannot read the keyring '%s'", keyring);
		return err_hint(err, "install debian-archive-keyring");
	}
	errint rc = temp_dir(temp_dir_root(), "kiln-release-", &dir, err);
	if (rc)
		return rc;
	text_path = path_join(str_c(dir), S("text"));
	status_path = path_join(str_c(dir), S("status"));
	rc = run_gpgv(inrelease, keyring, text_path, status_path, err);
	if (!rc)
		rc = file_read(AT_FDCWD, status_path, &status, err);
	if (!rc)
		rc = deb_release_status(buf_str(&status), err);
	if (rc)
		return rc;
	return file_read(AT_FDCWD, text_path, text, err);
}

errint deb_release_parse(struct str text, struct deb_release *out, struct err *err)
{
	struct control_paragraph p CLEANUP(control_paragraph_release) = {0};
	struct control_reader r = control_reader_init(text, "InRelease");
	struct deb_release d = {.by_hash = false};
	struct str by_hash;
	bool more;
	errint rc = control_next(&r, &p, &more, err);

	if (rc)
		return rc;
	if (!more)
		return err_set(err, ERR_CORRUPT, "InRelease: it is empty");
	control_get(&p, S("Suite"), &d.suite);
	control_get(&p, S("Codename"), &d.codename);
	control_get(&p, S("Version"), &d.version);
	control_get(&p, S("Date"), &d.date);
	control_get(&p, S("Valid-Until"), &d.valid_until);
	rc = control_need(&r, &p, "SHA256", &d.sha256, err);
	if (rc)
		return rc;
	d.by_hash = control_get(&p, S("Acquire-By-Hash"), &by_hash) && str_eq(by_hash, S("yes"));
	*out = d;
	return 0;
}

/* "<hash>  <size> <name>" */
static bool take_apart(struct str line, struct str *hash, struct str *size, struct str *name)
{
	struct str rest;

	line = str_trim(line);
	if (!str_cut(line, ' ', hash, &rest))
		return false;
	rest = str_trim(rest);
	if (!str_cut(rest, ' ', size, name))
		return false;
	*name = str_trim(*name);
	return true;
}

errint deb_release_find(const struct deb_release *r, struct str want, struct hash *hash,
			uint64_t *size, struct err *err)
{
	struct str rest = r->sha256, line, h, s, name;

	while (str_split(&rest, '\n', &line)) {
		if (!take_apart(line, &h, &s, &name) || !str_eq(name, want))
			continue;
		if (hash_parse(h, HASH_SHA256, hash, err))
			return err_wrap(err, "InRelease: '%.*s'", STR_ARG(want));
		if (!str_to_u64(s, size))
			return err_set(err, ERR_CORRUPT, "InRelease: '%.*s': bad size '%.*s'",
				       STR_ARG(want), STR_ARG(s));
		return 0;
	}
	return err_set(err, ERR_NOT_FOUND, "the suite has no '%.*s'", STR_ARG(want));
}
