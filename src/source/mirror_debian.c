/* SPDX-License-Identifier: MIT
 *
 * Roots of Debian's pool: on a Debian, the archives that apt is configured with (sources.list(5),
 * one-line and deb822, and apt-transport-mirror(1)'s lists); everywhere, debootstrap's default.
 * Entries of third parties look much the same as Debian's, so that likely ones come first. */
#include <fcntl.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/environ.h"
#include "base/file.h"
#include "base/limits.h"
#include "source/conf.h"
#include "source/mirror_int.h"

/* ORDER of preference; a .deb that has moved is worth asking for in all of them. */
enum rank { RANK_DEBIAN, RANK_OTHER, RANK_SECURITY, RANKS };

struct apt {
	const char *root;
	struct host_list by_rank[RANKS];
};

static void apt_release(struct apt *apt)
{
	for (size_t i = 0; i < RANKS; i++)
		host_list_release(&apt->by_rank[i]);
}

/* One entry, whichever its format. */
struct mirror_entry {
	struct str uris, suites, components, signed_by;
	bool binary, disabled;
};

static bool read_text(const char *root, const char *path, struct buf *out)
{
	char *full CLEANUP_FREE = xasprintf("%s%s", root, path);
	ERR(ignored);

	buf_clear(out);
	return file_read(AT_FDCWD, full, out, &ignored) == 0;
}

static bool has_word(struct str words, struct str want)
{
	struct str w;

	while (conf_word(&words, &w))
		if (str_eq(w, want))
			return true;
	return false;
}

static bool all_security(struct str suites)
{
	struct str w;

	while (conf_word(&suites, &w))
		if (!str_ends(w, S("-security")) && !str_ends(w, S("/updates")))
			return false;
	return true;
}

static enum rank rank_of(const struct mirror_entry *e, struct str uri)
{
	while (str_ends(uri, S("/")))
		uri.n--;
	if (all_security(e->suites))
		return RANK_SECURITY;
	if (str_find(e->signed_by, S("debian-archive-keyring")) >= 0 || str_ends(uri, S("/debian")))
		return RANK_DEBIAN;
	return RANK_OTHER;
}

/* apt's mirror+file: and mirror: name a list of URLs, one a line, with options behind a tab. */
static void add_mirror_list(struct apt *apt, const struct mirror_entry *e, const char *path)
{
	BUF(text, LIMIT_SMALL_FILE);
	struct str rest, line, uri;

	if (!read_text(apt->root, path, &text))
		return;
	rest = buf_str(&text);
	while (str_split(&rest, '\n', &line))
		if (conf_word(&line, &uri) && uri.p[0] != '#')
			host_list_add(&apt->by_rank[rank_of(e, uri)], uri);
}

static void add_entry(struct apt *apt, const struct mirror_entry *e)
{
	struct str uris = e->uris, uri;

	/* Debian's archives have 'main'; a flat repository (a suite that ends in '/') has no
	 * components at all. */
	if (!e->binary || e->disabled || !has_word(e->components, S("main")))
		return;
	while (conf_word(&uris, &uri)) {
		struct str path = str_drop_prefix(uri, S("mirror+file:"));

		if (str_find(uri, S("$(")) >= 0)
			continue;
		if (path.n == uri.n) {
			host_list_add(&apt->by_rank[rank_of(e, uri)], uri);
			continue;
		}
		char *z CLEANUP_FREE =
			str_dupz(str_starts(path, S("//")) ? str_skip(path, 2) : path);
		add_mirror_list(apt, e, z);
	}
}

/* deb [ options ] uri suite component… */
static void parse_line(struct apt *apt, struct str line)
{
	struct mirror_entry e = {.binary = true};
	struct str word, options, rest;

	if (!conf_word(&line, &word) || !str_eq(word, S("deb")))
		return;
	line = str_trim(line);
	if (str_starts(line, S("["))) {
		if (!str_cut(str_skip(line, 1), ']', &options, &rest))
			return;
		e.signed_by = options;
		line = rest;
	}
	if (!conf_word(&line, &e.uris) || !conf_word(&line, &e.suites))
		return;
	e.components = line;
	add_entry(apt, &e);
}

static void parse_one_line_format(struct apt *apt, struct str text)
{
	struct str line, before, comment;

	while (str_split(&text, '\n', &line)) {
		if (str_cut(line, '#', &before, &comment))
			line = before;
		parse_line(apt, line);
	}
}

static bool field_is(struct str name, const char *want)
{
	if (name.n != strlen(want))
		return false;
	for (size_t i = 0; i < name.n; i++)
		if ((name.p[i] >= 'A' && name.p[i] <= 'Z' ? name.p[i] | 0x20 : name.p[i]) !=
		    want[i])
			return false;
	return true;
}

static struct str *entry_field(struct mirror_entry *e, struct str name, struct str value)
{
	if (field_is(name, "uris"))
		return &e->uris;
	if (field_is(name, "suites"))
		return &e->suites;
	if (field_is(name, "components"))
		return &e->components;
	if (field_is(name, "signed-by"))
		return &e->signed_by;
	if (field_is(name, "types"))
		e->binary = has_word(value, S("deb"));
	if (field_is(name, "enabled"))
		e->disabled =
			field_is(value, "no") || field_is(value, "false") || str_eq(value, S("0"));
	return NULL;
}

/* Fields of several lines stay one slice of the text: words are all that is taken from it. */
static void parse_deb822(struct apt *apt, struct str text)
{
	struct mirror_entry e = {0};
	struct str line, name, value, *last = NULL;

	while (str_split(&text, '\n', &line)) {
		if (str_starts(line, S("#")))
			continue;
		if (!str_trim(line).n) {
			add_entry(apt, &e);
			e = (struct mirror_entry){0};
			last = NULL;
		} else if (line.p[0] == ' ' || line.p[0] == '\t') {
			if (last)
				last->n = (size_t)(line.p + line.n - last->p);
		} else if (str_cut(line, ':', &name, &value)) {
			last = entry_field(&e, name, str_trim(value));
			if (last)
				*last = value;
		}
	}
	add_entry(apt, &e);
}

static void parse_file(struct apt *apt, const char *path)
{
	BUF(text, LIMIT_SMALL_FILE);

	if (!read_text(apt->root, path, &text))
		return;
	if (str_ends(str_c(path), S(".sources")))
		parse_deb822(apt, buf_str(&text));
	else if (str_ends(str_c(path), S(".list")))
		parse_one_line_format(apt, buf_str(&text));
}

static void parse_apt(struct apt *apt)
{
	char *dir CLEANUP_FREE = xasprintf("%s/etc/apt/sources.list.d", apt->root);
	struct dir_list files CLEANUP(dir_list_release) = {0};
	ERR(ignored);

	parse_file(apt, "/etc/apt/sources.list");
	if (dir_list(AT_FDCWD, dir, &files, &ignored))
		return;
	for (size_t i = 0; i < files.n; i++) {
		char *path CLEANUP_FREE = xasprintf("/etc/apt/sources.list.d/%s", files.v[i].name);

		parse_file(apt, path);
	}
}

/* The value of NAME=value in shell syntax, without quotes. */
static bool shell_value(struct str text, struct str name, struct str *out)
{
	struct str line, key, value;

	while (str_split(&text, '\n', &line)) {
		if (!str_cut(line, '=', &key, &value) || !str_eq(str_trim(key), name))
			continue;
		value = str_trim(value);
		if (value.n >= 2 && (value.p[0] == '"' || value.p[0] == '\''))
			value = str_sub(value, 1, value.n - 2);
		*out = value;
		return true;
	}
	return false;
}

static bool is_debian(const char *root)
{
	BUF(text, LIMIT_SMALL_FILE);
	struct str id;

	return read_text(root, "/etc/os-release", &text) &&
	       shell_value(buf_str(&text), S("ID"), &id) && str_eq(id, S("debian"));
}

/* A distribution made from Debian may have put its own archive there. */
static void add_debootstrap(const char *root, struct host_list *out)
{
	static const char *const scripts[] = {"/usr/sbin/debootstrap", "/usr/bin/debootstrap"};
	static const char *const names[] = {"DEF_MIRROR", "DEF_HTTPS_MIRROR"};

	for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
		BUF(text, LIMIT_SMALL_FILE);
		struct str url;

		if (!read_text(root, scripts[i], &text))
			continue;
		for (size_t k = 0; k < ARRAY_LEN(names); k++)
			if (shell_value(buf_str(&text), str_c(names[k]), &url) &&
			    (str_ends(url, S("/debian")) || str_ends(url, S("/debian/"))))
				host_list_add(out, url);
	}
}

static void append(struct host_list *to, const struct host_list *from)
{
	for (size_t i = 0; i < from->n; i++)
		host_list_add(to, from->v[i]);
}

/* What was mended for security has a pool of its own (pool/updates), beside the archive's. Where a
 * machine knows of none, the folder that Debian's own hosts and most mirrors have it in is tried.
 */
static void add_security(struct host_list *out)
{
	for (size_t i = 0, n = out->n; i < n; i++) {
		char *beside CLEANUP_FREE = xasprintf("%.*s-security", STR_ARG(out->v[i]));

		if (str_ends(out->v[i], S("/debian")))
			host_list_add(out, str_c(beside));
	}
}

errint debian_hosts(const char *root, struct host_list *out, struct err *err)
{
	struct apt apt CLEANUP(apt_release) = {.root = root};

	if (is_debian(root))
		parse_apt(&apt);
	append(out, &apt.by_rank[RANK_DEBIAN]);
	add_debootstrap(root, out);
	append(out, &apt.by_rank[RANK_OTHER]);
	append(out, &apt.by_rank[RANK_SECURITY]);
	add_security(out);
	if (out->n)
		return 0;
	err_set(err, ERR_NOT_FOUND,
		"no mirror of Debian is configured: neither apt nor debootstrap "
		"names one");
	return err_hint(err, "run './dev setup', or set 'mirror.debian' in kiln.conf");
}
