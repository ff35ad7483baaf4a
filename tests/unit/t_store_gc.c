/* SPDX-License-Identifier: MIT
 *
 * Roots and the collector, alone and beside a process that begins to use a path. */
#include "store/store.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/file.h"
#include "store/derivation.h"
#include "store_fixture.h"

/* Adds in a process of its own, so that no temporary root of ours protects it. */
static struct str add_text(const char *name, const char *text, const struct str *refs, size_t n)
{
	struct store *s = open_store();
	struct str out = STR_NULL;

	IS_OK(store_add_text(s, &a, str_c(name), str_c(text), refs, n, &out, &err), err, name);
	store_close(s);
	return out;
}

static struct gc_result collect(const struct gc_options *o)
{
	struct store *s = open_store();
	struct gc_result r = {0};

	IS_OK(store_gc(s, &a, o, &r, &err), err, "collect");
	store_close(s);
	return r;
}

static bool has(struct str_set set, struct str path)
{
	for (size_t i = 0; i < set.n; i++) {
		if (str_eq(set.v[i], path))
			return true;
	}
	return false;
}

static void roots_and_garbage(void)
{
	struct str kept = add_text("kept", "k", NULL, 0);
	struct str top = add_text("top", "t", &kept, 1);
	struct str trash = add_text("trash", "x", &kept, 1);
	struct str more = add_text("more", "x", &trash, 1);
	char *link CLEANUP_FREE = xasprintf("%s/result", root);
	struct store *s = open_store();
	struct root *roots;
	size_t n;

	IS_OK(store_add_root(s, link, top, &err), err, "a root");
	IS_OK(store_add_root(s, link, top, &err), err, "again");
	store_close(s);
	s = open_store();
	IS_OK(store_roots(s, &a, &roots, &n, &err), err, "roots");
	IS_INT(n, 1, "one");
	IS_STR(roots[0].link, str_c(link), "its link");
	IS_STR(roots[0].path, top, "its path");
	char *file CLEANUP_FREE = xasprintf("%s/plain", root);
	IS_OK(file_write(AT_FDCWD, file, S(""), 0644, 0, &err), err, "a file");
	IS_ERR(store_add_root(s, file, top, &err), err, ERR_EXISTS, "over a file");
	store_close(s);

	struct gc_result r = collect(&(struct gc_options){.list_dead = true});
	IS_INT(r.paths.n, 2, "two are dead");
	r = collect(&(struct gc_options){.list_live = true});
	IS_INT(r.paths.n, 2, "two are alive");
	r = collect(&(struct gc_options){.dry_run = true});
	IS_INT(r.paths.n, 2, "a dry run tells the dead");
	s = open_store();
	OK(on_disk(s, trash) && valid(s, trash), "and deletes nothing");
	r = collect(&(struct gc_options){0});
	OK(has(r.paths, trash) && has(r.paths, more) && r.paths.n == 2, "deleted");
	IS_INT(r.freed, 2, "bytes freed");
	OK(!on_disk(s, trash) && !valid(s, trash) && !on_disk(s, more), "they are gone");
	OK(on_disk(s, top) && valid(s, top) && valid(s, kept), "the others are not");
	OK(unlink(link) == 0, "without the root");
	r = collect(&(struct gc_options){0});
	IS_INT(r.paths.n, 2, "they go, too");
	IS_OK(store_roots(s, &a, &roots, &n, &err), err, "roots");
	IS_INT(n, 0, "and the stale link with them");
	store_close(s);
}

static void remains(void)
{
	struct store *s = open_store();
	struct str half = S("/nix/store/00000000000000000000000000000000-half");
	char *real CLEANUP_FREE = store_real_path(s, half);
	char *inside CLEANUP_FREE = xasprintf("%s/deep/er", real);
	char *odd CLEANUP_FREE = store_real_path(s, S("/nix/store/odd name"));

	IS_OK(mkdir_p(AT_FDCWD, inside, 0755, &err), err, "something unregistered");
	IS_OK(file_write(AT_FDCWD, odd, S("123"), 0444, 0, &err), err, "something odd");
	IS_OK(store_temp_root(s, half, &err), err, "protected");
	char long_name[280];
	snprintf(long_name, sizeof(long_name),
		 "/nix/store/00000000000000000000000000000000-%0190d.lock.lock.lock", 1);
	char *lock CLEANUP_FREE = store_real_path(s, str_c(long_name));
	IS_OK(file_write(AT_FDCWD, lock, S(""), 0600, 0, &err), err, "a lock with a long name");
	collect(&(struct gc_options){0});
	OK(on_disk(s, half) && on_disk(s, str_c(long_name)), "is left alone while it is");
	OK(!on_disk(s, S("/nix/store/odd name")), "what cannot be is not");
	store_close(s);
	collect(&(struct gc_options){0});
	s = open_store();
	OK(!on_disk(s, half), "and goes when its process has ended");
	store_close(s);
}

static bool held_link(const char *state, char **out)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	char *folder CLEANUP_FREE = xasprintf("%s%s/gcroots/held", root, state);

	if (dir_list(AT_FDCWD, folder, &list, &err) || !list.n) {
		err_clear(&err);
		return false;
	}
	free(*out);
	*out = xasprintf("%s/%s", folder, list.v[0].name);
	return true;
}

/* A path that a process holds outlives its roots, and not the process. */
static void held(void)
{
	struct str path = add_text("held", "h", NULL, 0);
	struct store *s = open_store();
	char *link CLEANUP_FREE = NULL;
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	IS_OK(store_hold(s, pid, path, &err), err, "a process holds it");
	IS_OK(store_hold(s, pid, path, &err), err, "twice is once");
	char *state CLEANUP_FREE = xstrdup(store_config(s)->state_dir);
	store_close(s);
	s = open_store();
	(void)collect(&(struct gc_options){0});
	OK(valid(s, path), "a collection spares it");
	if (!OK(held_link(state, &link), "by a link"))
		return;
	/* As after a reboot, when another process has the number. */
	char *base = strrchr(link, '/') + 1;
	char *other CLEANUP_FREE =
		xasprintf("%.*s%ld.1.1.00000000.x", (int)(base - link), link, (long)getpid());
	OK(symlink("/nowhere", other) == 0, "a root of a process before the last boot");
	/* Many that have ended go with the next one that is held. */
	for (int i = 0; i < 100; i++) {
		char *one CLEANUP_FREE =
			xasprintf("%.*s%d.1.1.00000000.x", (int)(base - link), link, 5000000 + i);
		if (symlink("/nowhere", one))
			abort();
	}
	IS_OK(store_hold(s, getpid(), path, &err), err, "another holds it");
	char *folder CLEANUP_FREE = str_dupz(path_dir(str_c(link)));
	struct dir_list list CLEANUP(dir_list_release) = {0};
	IS_OK(dir_list(AT_FDCWD, folder, &list, &err), err, "what is held");
	IS_INT((intmax_t)list.n, 2, "is by those that run");
	for (size_t i = 0; i < list.n; i++) {
		char *one CLEANUP_FREE = xasprintf("%s/%s", folder, list.v[i].name);
		if (strcmp(one, link) != 0 && unlink(one))
			abort();
	}
	kill(pid, SIGKILL);
	(void)collect(&(struct gc_options){.dry_run = true});
	OK(faccessat(AT_FDCWD, link, F_OK, AT_SYMLINK_NOFOLLOW) == 0, "a dry run removes nothing");
	/* Nobody has waited for it: it is a zombie. */
	(void)collect(&(struct gc_options){0});
	OK(!valid(s, path), "when it has ended, it goes");
	OK(!held_link(state, &other), "and so do both links");
	waitpid(pid, NULL, 0);
	IS_ERR(store_hold(s, pid, path, &err), err, ERR_NOT_FOUND, "a process that is none");
	store_close(s);
}

static void some_only(void)
{
	struct str base = add_text("base", "b", NULL, 0);
	struct str user = add_text("user", "u", &base, 1);
	struct str other = add_text("other", "o", NULL, 0);
	struct str both[] = {base, user};
	struct store *s = open_store();
	struct gc_result r;

	IS_ERR(store_gc(s, &a, &(struct gc_options){.paths = &base, .n_paths = 1}, &r, &err), err,
	       ERR_DENIED, "what is referred to stays");
	IS_OK(store_gc(s, &a, &(struct gc_options){.paths = both, .n_paths = 2}, &r, &err), err,
	      "with its referrer it goes");
	OK(!valid(s, base) && !valid(s, user) && valid(s, other), "and only that");
	IS_OK(store_temp_root(s, other, &err), err, "in use");
	IS_ERR(store_gc(s, &a, &(struct gc_options){.paths = &other, .n_paths = 1}, &r, &err), err,
	       ERR_DENIED, "what is in use stays");
	store_close(s);
}

static void bounded(void)
{
	for (int i = 0; i < 10; i++) {
		char *name = arena_printf(&a, "big%d", i);
		char *text = arena_printf(&a, "%*d", 1000, i);
		add_text(name, text, NULL, 0);
	}
	struct gc_result r = collect(&(struct gc_options){.max_freed = 2500});
	OK(r.freed > 2500 && r.freed < 5000, "stops behind the bound");
	collect(&(struct gc_options){0});
}

/* A derivation lives as long as a valid output of it does. */
static void derivers(void)
{
	struct store *s = open_store();
	struct drv_output out = {.name = S("out")};
	struct drv_env env[] = {{S("name"), S("d")}, {S("out"), S("")}};
	struct drv d = {.name = S("d"),
			.outputs = &out,
			.n_outputs = 1,
			.env = env,
			.n_env = 2,
			.platform = S("x"),
			.builder = S("/b")};
	struct path_info info = {0};
	struct str drv;

	IS_OK(drv_fill_outputs(s, &a, &d, &err), err, "fill");
	IS_OK(store_add_drv(s, &a, &d, &drv, &err), err, "add");
	char *real CLEANUP_FREE = store_real_path(s, out.path);
	IS_OK(file_write(AT_FDCWD, real, S("o"), 0444, 0, &err), err, "its output");
	IS_OK(nar_hash(AT_FDCWD, real, &info.nar_hash, &info.nar_size, &err), err, "hash");
	info.path = out.path;
	info.deriver = drv;
	IS_OK(store_register(s, &info, 1, &err), err, "register");
	struct str_set set;
	IS_OK(store_valid_derivers(s, &a, out.path, &set, &err), err, "derivers");
	OK(set.n == 1 && str_eq(set.v[0], drv), "the deriver");
	IS_OK(store_drv_outputs(s, &a, drv, &set, &err), err, "outputs");
	OK(set.n == 1 && str_eq(set.v[0], out.path), "the output");
	IS_OK(store_closure(s, &a, &drv, 1, CLOSURE_OUTPUTS, &set, &err), err, "closure");
	IS_INT(set.n, 2, "with outputs");
	char *link CLEANUP_FREE = xasprintf("%s/result", root);
	IS_OK(store_add_root(s, link, out.path, &err), err, "root");
	store_close(s);
	collect(&(struct gc_options){0});
	s = open_store();
	OK(valid(s, drv), "kept");
	store_close(s);
	collect(&(struct gc_options){.drop_derivations = true});
	s = open_store();
	OK(!valid(s, drv) && valid(s, out.path), "unless asked otherwise");
	store_close(s);
}

/* Others add while collections run: what they hold must be there. */
static void beside_others(void)
{
	enum { PEERS = 4, ROUNDS = 30 };
	pid_t pids[PEERS];

	for (int i = 0; i < PEERS; i++) {
		pids[i] = fork();
		if (pids[i])
			continue;
		int wrong = 0;
		for (int k = 0; k < ROUNDS; k++) {
			struct store *s = open_store();
			char *name = arena_printf(&a, "shared%d", k % 7);
			struct str out;
			bool yes = false;
			wrong += store_add_text(s, &a, str_c(name), S("s"), NULL, 0, &out, &err) ||
				 store_flush(s, &err) || !on_disk(s, out);
			usleep(500);
			struct store *fresh = open_store();
			wrong += store_is_valid(fresh, out, &yes, &err) || !yes || !on_disk(s, out);
			store_close(fresh);
			store_close(s);
		}
		_exit(wrong != 0);
	}
	for (int k = 0; k < ROUNDS; k++)
		collect(&(struct gc_options){0});
	int status, good = 0;
	for (int i = 0; i < PEERS; i++)
		good += waitpid(pids[i], &status, 0) == pids[i] && status == 0;
	IS_INT(good, PEERS, "nobody lost what they held");
	struct store *s = open_store();
	unsigned bad = 99;
	IS_OK(verify(s, true, &bad), err, "verify");
	IS_INT(bad, 0, "clean");
	store_close(s);
}

int main(void)
{
	IS_OK(temp_dir(temp_dir_root(), "kiln-gc-", &root, &err), err, "scratch");
	roots_and_garbage();
	remains();
	held();
	some_only();
	bounded();
	derivers();
	beside_others();
	remove_tree_quietly(AT_FDCWD, root);
	free(root);
	arena_release(&a);
	return tap_done();
}
