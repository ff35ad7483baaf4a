/* SPDX-License-Identifier: MIT
 *
 * The handle: where a store lies, and what it needs on the disk before anything can be added. */
#include "store/store_int.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/statvfs.h>
#include "base/environ.h"
#include "base/file.h"
#include "base/process.h"
#include "base/report.h"

/* ---- configuration ---- */

/* The nearest existing folder at or above path can be written by us. */
static bool could_write(const char *path)
{
	char *p CLEANUP_FREE = xstrdup(path);

	while (access(p, F_OK) != 0 && errno == ENOENT) {
		char *slash = strrchr(p, '/');
		if (!slash)
			return false;
		slash[slash == p] = '\0';
	}
	return access(p, R_OK | W_OK | X_OK) == 0;
}

static errint logical_dir(const char *variable, const char *otherwise, char **out, struct err *err)
{
	errint rc = path_absolute(str_c(env_or(variable, otherwise)), out, err);

	return rc ? err_wrap(err, "%s", variable) : 0;
}

static errint chroot_root(const char *where, char **out, struct err *err)
{
	struct str s = str_drop_prefix(str_c(where), S("local?root="));

	if (str_find(s, S("://")) >= 0 || (str_chr(s, '?') >= 0 && s.p == where)) {
		err_set(err, ERR_UNSUPPORTED, "'%s' is not a folder", where);
		return err_hint(err, "a store is a folder: --store DIR");
	}
	errint rc = path_absolute(s, out, err);
	if (!rc && str_eqz(S("/"), *out))
		(*out)[0] = '\0';
	return rc;
}

/* Nix's folders inside a chroot store do not follow NIX_STATE_DIR and NIX_LOG_DIR. */
static errint resolve_chroot(const char *where, struct store_config *c, struct err *err)
{
	errint rc = chroot_root(where, &c->root, err);

	if (!rc)
		rc = logical_dir("NIX_STORE_DIR", "/nix/store", &c->store_dir, err);
	if (rc)
		return rc;
	c->state_dir = xstrdup("/nix/var/nix");
	c->log_dir = xstrdup("/nix/var/log/nix");
	return 0;
}

static errint resolve_default(struct store_config *c, struct err *err)
{
	errint rc =
		logical_dir("NIX_STORE_DIR", env_or("NIX_STORE", "/nix/store"), &c->store_dir, err);

	if (!rc)
		rc = logical_dir("NIX_STATE_DIR", "/nix/var/nix", &c->state_dir, err);
	if (!rc)
		rc = logical_dir("NIX_LOG_DIR", "/nix/var/log/nix", &c->log_dir, err);
	if (rc)
		return rc;
	char *db CLEANUP_FREE = path_join(str_c(c->state_dir), S("db"));
	bool ours = could_write(c->store_dir) && could_write(db);
	c->root = ours ? xstrdup("") : user_data_dir();
	char *file CLEANUP_FREE = path_join(str_c(db), S("db.sqlite"));
	c->beside = !ours && access(file, R_OK) == 0;
	return 0;
}

/* Nix's names for the machine's own store; a daemon, too, would only stand before that. */
static bool names_default(const char *where)
{
	static const char *const names[] = {"auto", "local", "daemon", "dummy://"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(where, names[i]) == 0)
			return true;
	return false;
}

errint store_config_resolve(const char *chroot, struct store_config *out, struct err *err)
{
	struct store_config c CLEANUP(store_config_release) = {0};
	const char *where = chroot && *chroot ? chroot : env_get("KILN_STORE");
	const char *remote = where ? NULL : env_get("NIX_REMOTE");

	if (remote)
		where = remote;
	bool plain = !where || names_default(where);
	errint rc = plain ? resolve_default(&c, err) : resolve_chroot(where, &c, err);

	if (rc)
		return err_wrap(err, remote ? "finding the store that NIX_REMOTE names"
					    : "finding the store");
	*out = c;
	c = (struct store_config){0};
	return 0;
}

void store_config_release(struct store_config *c)
{
	free(c->root);
	free(c->store_dir);
	free(c->state_dir);
	free(c->log_dir);
	*c = (struct store_config){0};
}

/* ---- the handle ---- */

struct store *store_open(const struct store_config *c, struct report *report)
{
	struct store *s = xcalloc(1, sizeof(*s));

	s->cfg = (struct store_config){
		.root = xstrdup(c->root),
		.store_dir = xstrdup(c->store_dir),
		.state_dir = xstrdup(c->state_dir),
		.log_dir = xstrdup(c->log_dir),
		.beside = c->beside,
	};
	s->real_store = store_real_path(s, str_c(c->store_dir));
	s->real_state = store_real_path(s, str_c(c->state_dir));
	s->report = report;
	s->store_fd = s->gc_lock = s->temp_roots = s->roots_socket = -1;
	return s;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void store_close(struct store *s)
{
	if (!s)
		return;
	ERR(err);
	/* Who asked us to stop does not want to wait for what nobody will use: it is garbage. */
	if (!interrupted() && store_flush(s, &err))
		report_msg(s->report, REPORT_ERROR, "closing the store: %s", err.msg);
	store_temp_roots_release(s);
	db_close(s->db);
	close_fd(s->store_fd);
	close_fd(s->gc_lock);
	close_fd(s->roots_socket);
	path_map_release(&s->modulo);
	path_map_release(&s->drv_texts);
	path_map_release(&s->added);
	path_map_release(&s->gone);
	path_map_release(&s->rooted);
	arena_release(&s->memo);
	arena_release(&s->pending_mem);
	free(s->pending);
	free(s->real_store);
	free(s->real_state);
	store_config_release(&s->cfg);
	free(s);
}

errint store_init(struct store *s, struct err *err)
{
	return db_open(s, true, err);
}

void store_set_readonly(struct store *s, bool readonly)
{
	s->readonly = readonly;
}

bool store_set_wary(struct store *s, bool wary)
{
	bool before = s->wary;

	s->wary = wary;
	return before;
}

void store_set_mending(struct store *s, bool mending)
{
	s->mending = mending;
}

void store_set_optimise(struct store *s, bool optimise)
{
	s->optimise = optimise;
}

bool store_readonly(const struct store *s)
{
	return s->readonly;
}

struct str store_dir(const struct store *s)
{
	return str_c(s->cfg.store_dir);
}

const struct store_config *store_config(const struct store *s)
{
	return &s->cfg;
}

struct report *store_report(const struct store *s)
{
	return s->report;
}

char *store_real_path(const struct store *s, struct str logical)
{
	return xasprintf("%s%.*s", s->cfg.root, STR_ARG(logical));
}

char *store_state_file(const struct store *s, const char *name)
{
	return xasprintf("%s/%s", s->real_state, name);
}

errint store_path_check(const struct store *s, struct str path, struct err *err)
{
	if (store_path_is(store_dir(s), path))
		return 0;
	return err_set(err, ERR_FAILED, "'%.*s' is not a path of the store '%s'", STR_ARG(path),
		       s->cfg.store_dir);
}

/* A chroot store's objects may be named by where they really are. */
static bool names_object(const struct store *s, struct str path, struct str *top)
{
	struct str logical = path;

	if (str_starts(path, str_c(s->real_store)))
		logical = str_skip(path, strlen(s->cfg.root));
	return store_path_split(store_dir(s), logical, top, NULL);
}

errint store_follow_links(const struct store *s, struct arena *a, const char *path, struct str *out,
			  struct err *err)
{
	enum { LINKS_MAX = 64 };
	char *at CLEANUP_FREE = NULL;
	errint rc = path_absolute(str_c(path), &at, err);
	if (rc)
		return rc;

	for (int i = 0; i < LINKS_MAX; i++) {
		struct str top;
		char *target CLEANUP_FREE = NULL;
		ERR(not_a_link);
		if (names_object(s, str_c(at), &top)) {
			*out = arena_str(a, top);
			return 0;
		}
		if (read_link(AT_FDCWD, at, &target, &not_a_link))
			break;
		char *joined CLEANUP_FREE = *target == '/'
						    ? xstrdup(target)
						    : path_join(path_dir(str_c(at)), str_c(target));
		free(at);
		at = path_clean(str_c(joined));
	}
	return err_set(err, ERR_FAILED, "path '%s' is not in the Nix store", path);
}

/* ---- folders ---- */

static errint make_state_folder(const struct store *s, const char *name, struct err *err)
{
	char *path CLEANUP_FREE = store_state_file(s, name);

	return mkdir_p(AT_FDCWD, path, 0755, err);
}

/* gcroots/profiles points at the profiles, as Nix sets it up with a new store. */
static errint make_gc_roots(const struct store *s, struct err *err)
{
	char *roots CLEANUP_FREE = store_state_file(s, "gcroots");
	if (access(roots, F_OK) == 0)
		return 0;

	char *link CLEANUP_FREE = store_state_file(s, "gcroots/profiles");
	char *target CLEANUP_FREE = store_state_file(s, "profiles");
	errint rc = mkdir_p(AT_FDCWD, roots, 0755, err);
	return rc ? rc : file_symlink(target, AT_FDCWD, link, err);
}

errint store_open_folder(struct store *s, struct err *err)
{
	if (s->store_fd >= 0)
		return 0;
	int fd;
	errint rc = open_dir(AT_FDCWD, s->real_store, &fd, err);
	if (!rc)
		s->store_fd = fd;
	return rc;
}

static errint deny(const struct store *s, struct err *err)
{
	struct statvfs fs;

	if (!statvfs(s->real_store, &fs) && fs.f_flag & ST_RDONLY) {
		err_set(err, ERR_DENIED, "the store in '%s' is on a read-only file system",
			s->real_store);
		return err_hint(err, "mount it for writing, or name another store by --store");
	}
	err_set(err, ERR_DENIED, "the store in '%s' is somebody else's: it can only be read",
		s->real_store);
	return err_hint(err, "have its owner do it, or name a store of your own by --store");
}

errint store_make_writable(struct store *s, struct err *err)
{
	static const char *const folders[] = {"profiles", "temproots", "db"};

	if (s->readonly)
		return err_set(err, ERR_DENIED, "the store is opened for reading only");
	if (s->store_fd >= 0 && s->db && !s->db->readonly)
		return 0;
	if (s->foreign || store_is_foreign(s))
		return deny(s, err);
	errint rc = mkdir_p(AT_FDCWD, s->real_store, 0755, err);
	for (size_t i = 0; !rc && i < ARRAY_LEN(folders); i++)
		rc = make_state_folder(s, folders[i], err);
	if (!rc)
		rc = make_gc_roots(s, err);
	if (!rc)
		rc = store_open_folder(s, err);
	if (!rc)
		return 0;
	err_wrap(err, "preparing the store in '%s'", s->real_store);
	/* A full disk has its own cure. */
	return err->sys == ENOSPC || err->sys == EDQUOT
		       ? rc
		       : err_hint(err, "--store or KILN_STORE name a place that can be written");
}

/* ---- sets ---- */

void str_set_sort(struct str_set *set)
{
	size_t kept = 0;

	if (set->n > 1)
		qsort(set->v, set->n, sizeof(*set->v), str_cmp_qsort);
	for (size_t i = 0; i < set->n; i++) {
		if (kept == 0 || !str_eq(set->v[kept - 1], set->v[i]))
			set->v[kept++] = set->v[i];
	}
	set->n = kept;
}

bool str_set_has(struct str_set set, struct str s)
{
	return set.n && bsearch(&s, set.v, set.n, sizeof(s), str_cmp_qsort);
}
