/* SPDX-License-Identifier: MIT
 *
 * Where settings come from outside the command line: the system's and the user's nix.conf, the
 * environment. Later ones replace earlier ones; NIX_PATH stands above every nix-path of a file. */
#include "project/settings.h"

#include <fcntl.h>
#include <stdlib.h>
#include "base/environ.h"
#include "base/file.h"
#include "base/url.h"

enum { MAX_INCLUDES = 64 };

struct conf_file {
	struct settings *settings;
	const char *name;
	unsigned *includes; /* so far; a bound on files that include each other, and on many */
	bool features;      /* this pass is for those, the other one for the rest */
};

static errint parse(const struct conf_file *f, struct str text, struct err *err);

static errint syntax_error(const struct conf_file *f, struct str line, struct err *err)
{
	return err_set(err, ERR_USAGE, "syntax error in configuration line '%.*s' in '%s'",
		       STR_ARG(line), f->name);
}

static errint include(const struct conf_file *f, struct str name, bool optional, struct err *err)
{
	char *path CLEANUP_FREE = name.n && name.p[0] == '/'
					  ? str_dupz(name)
					  : path_join(path_dir(str_c(f->name)), name);
	struct conf_file inner = *f;
	BUF(text, LIMIT_SMALL_FILE);

	if (++*f->includes > MAX_INCLUDES)
		return err_set(err, ERR_USAGE,
			       "more than %d files are included; '%s', included from '%s', "
			       "perhaps includes itself",
			       MAX_INCLUDES, path, f->name);
	inner.name = path;
	errint rc = file_read(AT_FDCWD, path, &text, err);
	if (rc == ERR_NOT_FOUND && optional) {
		err_clear(err);
		return 0;
	}
	if (rc == ERR_NOT_FOUND)
		return err_set(err, ERR_NOT_FOUND, "file '%s' included from '%s' not found", path,
			       f->name);
	return rc ? rc : parse(&inner, buf_str(&text), err);
}

static bool is_features(struct str name)
{
	return str_eqz(str_drop_prefix(name, S("extra-")), "experimental-features");
}

static errint parse_line(const struct conf_file *f, struct str line, struct err *err)
{
	struct str rest = str_trim(line), name, sign;
	size_t n = 0;

	while (n < rest.n && !strchr(" \t\r", rest.p[n]))
		n++;
	name = str_sub(rest, 0, n);
	rest = str_trim(str_skip(rest, n));
	if (!rest.n)
		return name.n ? syntax_error(f, line, err) : 0;
	if (str_eqz(name, "include") || str_eqz(name, "!include"))
		return include(f, rest, name.p[0] == '!', err);
	for (n = 0; n < rest.n && !strchr(" \t\r", rest.p[n]);)
		n++;
	sign = str_sub(rest, 0, n);
	if (!str_eqz(sign, "="))
		return syntax_error(f, line, err);
	if (is_features(name) != f->features)
		return 0;
	f->settings->source = f->name;
	errint rc = settings_set(f->settings, name, str_trim(str_skip(rest, n)), err);
	f->settings->source = NULL;
	return rc;
}

static errint parse(const struct conf_file *f, struct str text, struct err *err)
{
	struct str line, before, comment;

	while (str_split(&text, '\n', &line)) {
		if (str_cut(line, '#', &before, &comment))
			line = before;
		errint rc = parse_line(f, line, err);
		if (rc)
			return rc;
	}
	return 0;
}

errint settings_parse(struct settings *s, struct str text, const char *file, struct err *err)
{
	unsigned includes = 0;
	struct conf_file f = {s, file, &includes, true};
	errint rc = parse(&f, text, err);

	if (rc)
		return rc;
	f.features = false;
	includes = 0;
	return parse(&f, text, err);
}

static errint load_file(struct settings *s, const char *path, struct err *err)
{
	BUF(text, LIMIT_SMALL_FILE);
	ERR(unreadable);

	/* One that may not be read is not ours to complain about. */
	if (file_read(AT_FDCWD, path, &text, &unreadable))
		return 0;
	return settings_parse(s, buf_str(&text), path, err);
}

/* The first of the list counts most, so it is read last. */
static errint load_list(struct settings *s, struct str list, const char *below, struct err *err)
{
	while (list.n) {
		ptrdiff_t at = str_rchr(list, ':');
		struct str one = str_skip(list, (size_t)(at + 1));
		char *path CLEANUP_FREE = xasprintf("%.*s%s", STR_ARG(one), below);
		errint rc = one.n ? load_file(s, path, err) : 0;

		if (rc)
			return rc;
		list = str_sub(list, 0, at < 0 ? 0 : (size_t)at);
	}
	return 0;
}

static errint load_user_files(struct settings *s, struct err *err)
{
	const char *files = env_get("NIX_USER_CONF_FILES"), *own = env_get("NIX_CONFIG_HOME");
	char *kiln CLEANUP_FREE = user_config_dir();
	char *dir CLEANUP_FREE = own ? xstrdup(own) : path_join(path_dir(str_c(kiln)), S("nix"));
	char *file CLEANUP_FREE = path_join(str_c(dir), S("nix.conf"));

	if (files)
		return load_list(s, str_c(files), "", err);
	errint rc =
		load_list(s, str_c(env_or("XDG_CONFIG_DIRS", "/etc/xdg")), "/nix/nix.conf", err);
	return rc ? rc : load_file(s, file, err);
}

/* ---- NIX_PATH ---- */

static bool is_url(struct str s)
{
	return str_starts(s, S("flake:")) || url_is_pseudo(s);
}

/* Entries stand between colons, but the value of an entry that is a URL has one of its own. */
static void load_nix_path(struct settings *s, struct str rest)
{
	s->nix_path = (struct setting_words){0};
	s->given[SETTING_INDEX_nix_path] = true;
	s->text[SETTING_INDEX_nix_path] = arena_strz(&s->a, rest);
	s->from[SETTING_INDEX_nix_path] = "NIX_PATH";
	while (rest.n) {
		size_t end = 0, value = 0;

		for (; end < rest.n && rest.p[end] != ':'; end++)
			if (rest.p[end] == '=')
				value = end + 1;
		if (end < rest.n && is_url(str_skip(rest, value)))
			for (end++; end < rest.n && rest.p[end] != ':';)
				end++;
		if (end)
			settings_add_word(s, &s->nix_path, str_sub(rest, 0, end));
		rest = str_skip(rest, end + 1);
	}
}

errint settings_load(struct settings *s, struct err *err)
{
	char *system CLEANUP_FREE =
		path_join(str_c(env_or("NIX_CONF_DIR", "/etc/nix")), S("nix.conf"));
	const char *config = env_get("NIX_CONFIG"), *path = env_text("NIX_PATH");

	s->abort_on_warn = env_flag("NIX_ABORT_ON_WARN");
	errint rc = load_file(s, system, err);
	if (!rc)
		rc = load_user_files(s, err);
	if (!rc && config)
		rc = settings_parse(s, str_c(config), "NIX_CONFIG", err);
	if (rc)
		return rc;
	if (path)
		load_nix_path(s, str_c(path));
	return 0;
}
