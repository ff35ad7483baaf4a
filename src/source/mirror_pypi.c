/* SPDX-License-Identifier: MIT
 *
 * Package indices as pip sees them (pip's user guide, "Configuration"): PIP_* variables, then
 * configuration files, of which a later one wins: global, user, virtual environment,
 * PIP_CONFIG_FILE. When none sets index-url, the installed pip is asked for its default. */
#include <fcntl.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/environ.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/process.h"
#include "source/conf.h"
#include "source/mirror_int.h"

/* What the files set so far; values are words separated by blanks. A command's own section
 * ([install]) counts more than [global], in whichever file. */
struct pip_conf {
	char *index[2], *extra[2]; /* [0] global, [1] install */
};

static void pip_conf_release(struct pip_conf *c)
{
	for (size_t i = 0; i < 2; i++) {
		free(c->index[i]);
		free(c->extra[i]);
	}
}

static bool key_is(struct str key, const char *name)
{
	struct str k = str_trim(key);

	if (k.n != strlen(name))
		return false;
	for (size_t i = 0; i < k.n; i++) {
		char c = k.p[i] == '_' ? '-' : k.p[i];

		if ((c >= 'A' && c <= 'Z' ? c | 0x20 : c) != name[i])
			return false;
	}
	return true;
}

static void append_word(char **value, struct str more)
{
	char *old = *value;

	*value = xasprintf("%s %.*s", old ? old : "", STR_ARG(str_trim(more)));
	free(old);
}

/* The value that a "key = value" or "key: value" line starts, or NULL for another key's. */
static char **start_value(struct pip_conf *c, int section, struct str line)
{
	size_t cut = 0;
	struct str key;
	char **at;

	while (cut < line.n && line.p[cut] != '=' && line.p[cut] != ':')
		cut++;
	key = str_sub(line, 0, cut);
	if (key_is(key, "index-url"))
		at = &c->index[section];
	else if (key_is(key, "extra-index-url"))
		at = &c->extra[section];
	else
		return NULL;
	free(*at);
	*at = NULL;
	append_word(at, str_skip(line, cut + 1));
	return at;
}

static int section_of(struct str line)
{
	if (str_eq(line, S("[global]")))
		return 0;
	return str_eq(line, S("[install]")) ? 1 : -1;
}

static void parse_file(struct pip_conf *c, struct str text)
{
	struct str line;
	int section = -1;
	char **value = NULL;

	while (str_split(&text, '\n', &line)) {
		struct str s = str_trim(line);

		if (!s.n || s.p[0] == '#' || s.p[0] == ';')
			continue;
		if (s.p[0] == '[') {
			section = section_of(s);
			value = NULL;
		} else if (line.p[0] == ' ' || line.p[0] == '\t') {
			if (value)
				append_word(value, s);
		} else {
			value = section < 0 ? NULL : start_value(c, section, s);
		}
	}
}

/* An unreadable file counts as absent, as it does for pip. */
static void add_file(struct pip_conf *c, const char *root, struct str dir, const char *name)
{
	char *path CLEANUP_FREE = xasprintf("%s%.*s/%s", root, STR_ARG(dir), name);
	BUF(text, LIMIT_SMALL_FILE);
	ERR(ignored);

	if (file_read(AT_FDCWD, path, &text, &ignored) == 0)
		parse_file(c, buf_str(&text));
}

static void add_global(struct pip_conf *c, const char *root)
{
	struct str dirs = str_c(env_or("XDG_CONFIG_DIRS", "/etc/xdg")), dir;

	while (str_split(&dirs, ':', &dir))
		if (dir.n)
			add_file(c, root, dir, "pip/pip.conf");
	add_file(c, root, S("/etc"), "pip.conf");
}

static void add_user(struct pip_conf *c, const char *root)
{
	const char *home = env_get("HOME"), *config = env_get("XDG_CONFIG_HOME");

	if (home)
		add_file(c, root, str_c(home), ".pip/pip.conf");
	if (config && *config)
		add_file(c, root, str_c(config), "pip/pip.conf");
	else if (home)
		add_file(c, root, str_c(home), ".config/pip/pip.conf");
}

static void read_files(struct pip_conf *c, const char *root)
{
	const char *own = env_get("PIP_CONFIG_FILE"), *venv = env_get("VIRTUAL_ENV");

	/* pip's way to say: no file at all. */
	if (own && strcmp(own, "/dev/null") == 0)
		return;
	add_global(c, root);
	add_user(c, root);
	if (venv && *venv)
		add_file(c, root, str_c(venv), "pip.conf");
	if (own && *own)
		add_file(c, "", path_dir(str_c(own)), path_base(str_c(own)).p);
}

/* pip's own default, from the pip that is installed, or from the wheel that ensurepip or Debian
 * keep of it. */
static const char ask_pip[] =
	"import sys, glob, os\n"
	"try:\n"
	"    from pip._internal.models.index import PyPI\n"
	"except ImportError:\n"
	"    try:\n"
	"        import ensurepip\n"
	"        dirs = [os.path.join(os.path.dirname(ensurepip.__file__), '_bundled')]\n"
	"    except ImportError:\n"
	"        dirs = []\n"
	"    dirs.append('/usr/share/python-wheels')\n"
	"    wheels = [w for d in dirs for w in sorted(glob.glob(os.path.join(d, 'pip-*.whl')))]\n"
	"    if not wheels:\n"
	"        sys.exit('no pip is installed')\n"
	"    sys.path.insert(0, wheels[-1])\n"
	"    from pip._internal.models.index import PyPI\n"
	"print(PyPI.simple_url)\n";

static errint ask_default(struct host_list *out, struct err *err)
{
	const char *const argv[] = {"python3", "-I", "-c", ask_pip, NULL};
	BUF(text, LIMIT_SMALL_FILE);
	ERR(why);

	if (process_capture(argv, &text, NULL, &why) == 0)
		host_list_add(out, str_trim(buf_str(&text)));
	if (out->n)
		return 0;
	err_set(err, ERR_NOT_FOUND, "no package index is configured, and pip cannot be asked");
	if (why.code)
		err_detail(err, "  %s", why.msg);
	return err_hint(err, "run './dev setup', or set 'mirror.pypi' in kiln.conf");
}

static void add_words(struct host_list *out, const char *value)
{
	struct str rest = str_c(value), url;

	while (conf_word(&rest, &url))
		host_list_add(out, url);
}

static const char *first_set(const char *a, const char *b, const char *c)
{
	if (a && *a)
		return a;
	return b ? b : c;
}

errint pypi_hosts(const char *root, struct host_list *out, struct err *err)
{
	struct pip_conf c CLEANUP(pip_conf_release) = {0};
	const char *index, *extra;

	read_files(&c, root);
	index = first_set(env_get("PIP_INDEX_URL"), c.index[1], c.index[0]);
	extra = first_set(env_get("PIP_EXTRA_INDEX_URL"), c.extra[1], c.extra[0]);
	if (index)
		add_words(out, index);
	if (!out->n) {
		errint rc = ask_default(out, err);

		if (rc)
			return rc;
	}
	if (extra)
		add_words(out, extra);
	return 0;
}
