/* SPDX-License-Identifier: MIT
 *
 * A store in a scratch folder: adding, querying, registering, the reference scan, locks. */
#include "store/store.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "store/derivation.h"
#include "store_fixture.h"

/* In a child that is not root: root could write everywhere. */
static bool resolves_to_data_dir(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct store_config c;
		if (geteuid() == 0 && setuid(65534) < 0)
			_exit(2);
		if (store_config_resolve(NULL, &c, &err))
			_exit(3);
		_exit(!str_starts(str_c(c.root), str_c(root)) ||
		      strcmp(c.store_dir, "/proc/nowhere/store") != 0);
	}
	return waitpid(pid, &status, 0) == pid && status == 0;
}

static void configs(void)
{
	struct store_config c;

	IS_Z(root[0] == '/' ? "/" : "", "/", "an absolute scratch folder");
	IS_OK(store_config_resolve(root, &c, &err), err, "a chroot store");
	IS_Z(c.root, root, "its root");
	IS_Z(c.store_dir, "/nix/store", "its logical folder");
	store_config_release(&c);
	setenv("NIX_STORE_DIR", "/proc/nowhere/store", 1);
	setenv("XDG_DATA_HOME", root, 1);
	OK(resolves_to_data_dir(), "a store that we cannot write is kept among the user's data");
	unsetenv("NIX_STORE_DIR");
	IS_ERR(store_config_resolve("https://x", &c, &err), err, ERR_UNSUPPORTED, "a URL");
}

static void nothing_yet(void)
{
	struct store *s = open_store();
	struct path_info info;
	struct str_set all;

	OK(!valid(s, S("/nix/store/lfngsssysp6h1v4ccqg23c52s9sjl779-x")), "not valid");
	IS_ERR(store_query(s, &a, S("/nix/store/lfngsssysp6h1v4ccqg23c52s9sjl779-x"), &info, &err),
	       err, ERR_NOT_FOUND, "not known");
	IS_OK(store_all_valid(s, &a, &all, &err), err, "all");
	IS_INT(all.n, 0, "none");
	OK(!on_disk(s, S("/nix")), "asking creates nothing");
	store_close(s);
}

static void readonly(void)
{
	struct store *s = open_store();
	struct str out;

	store_set_readonly(s, true);
	IS_OK(store_add_text(s, &a, S("x"), S("y"), NULL, 0, &out, &err), err, "add");
	IS_STR(out, S("/nix/store/lfngsssysp6h1v4ccqg23c52s9sjl779-x"), "the path");
	OK(!on_disk(s, S("/nix")), "is only computed");
	store_close(s);
}

static void texts(void)
{
	struct store *s = open_store(), *other = open_store();
	struct str x, y, refs[2];
	struct path_info info;
	struct stat st;

	IS_OK(store_add_text(s, &a, S("x"), S("y"), NULL, 0, &x, &err), err, "add");
	OK(valid(s, x), "valid for us");
	refs[0] = refs[1] = x;
	IS_OK(store_add_text(s, &a, S("z"), x, refs, 2, &y, &err), err, "with a reference");
	OK(!valid(other, x), "not yet for others");
	IS_OK(store_flush(s, &err), err, "flush");
	OK(valid(other, x) && valid(other, y), "now it is");
	IS_OK(store_query(other, &a, y, &info, &err), err, "query");
	IS_INT(info.n_refs, 1, "one reference");
	IS_STR(info.refs[0], x, "which");
	OK(str_starts(info.ca, S("text:sha256:")), "content address");
	IS_INT(info.nar_size, 120 + x.n / 8 * 8, "size");
	char *real CLEANUP_FREE = store_real_path(s, y);
	OK(stat(real, &st) == 0 && (st.st_mode & 07777) == 0444 && st.st_mtime == 1, "metadata");
	IS_ERR(store_add_text(s, &a, S("a b"), S(""), NULL, 0, &x, &err), err, ERR_FAILED,
	       "a bad name");
	store_close(other);
	store_close(s);
}

static void missing_reference(void)
{
	struct store *s = open_store();
	struct str gone = S("/nix/store/00000000000000000000000000000000-gone"), out;

	IS_OK(store_add_text(s, &a, S("dangling"), S("t"), &gone, 1, &out, &err), err, "add");
	IS_ERR(store_flush(s, &err), err, ERR_NOT_FOUND, "a reference that is not valid");
	OK(!valid(s, out), "registers nothing");
	IS_OK(store_flush(s, &err), err, "and is told once");
	store_close(s);
}

static char *make_source(void)
{
	char *dir = xasprintf("%s/src", root);
	char *sub CLEANUP_FREE = xasprintf("%s/sub", dir);
	char *file CLEANUP_FREE = xasprintf("%s/a", dir);
	char *run CLEANUP_FREE = xasprintf("%s/run", sub);

	IS_OK(mkdir_p(AT_FDCWD, sub, 0700, &err), err, "mkdir");
	IS_OK(file_write(AT_FDCWD, file, S("a\n"), 0600, 0, &err), err, "file");
	IS_OK(file_write(AT_FDCWD, run, S("r\n"), 0700, 0, &err), err, "executable");
	return dir;
}

static void paths(void)
{
	struct store *s = open_store();
	char *src CLEANUP_FREE = make_source();
	char *file CLEANUP_FREE = xasprintf("%s/sub/run", src);
	struct str tree, flat;
	struct path_info info;
	struct hash wrong = {.algo = HASH_SHA256}, h;
	uint64_t size;

	IS_ERR(store_add_path(s, &a, S("src"), src, true, HASH_SHA256, &wrong, NULL, NULL, &tree,
			      &err),
	       err, ERR_MISMATCH, "another hash than expected");
	IS_OK(store_add_path(s, &a, S("src"), src, true, HASH_SHA256, NULL, NULL, NULL, &tree,
			     &err),
	      err, "a tree");
	IS_OK(store_query(s, &a, tree, &info, &err), err, "query");
	IS_OK(nar_hash(AT_FDCWD, src, &h, &size, &err), err, "hash");
	OK(hash_eq(&h, &info.nar_hash) && info.nar_size == size, "same NAR");
	OK(str_starts(info.ca, S("fixed:r:sha256:")), "content address");
	IS_OK(store_add_path(s, &a, S("run"), file, false, HASH_MD5, NULL, NULL, NULL, &flat, &err),
	      err, "a flat file");
	char *real CLEANUP_FREE = store_real_path(s, flat);
	OK(access(real, X_OK) != 0 || geteuid() == 0, "without its executable bit");
	struct stat st;
	OK(stat(real, &st) == 0 && (st.st_mode & 07777) == 0444, "mode 0444");
	IS_ERR(store_add_path(s, &a, S("src"), src, false, HASH_SHA256, NULL, NULL, NULL, &flat,
			      &err),
	       err, ERR_FAILED, "a folder is not flat");
	store_close(s);
}

/* As a cache would offer it: true contents under true or false claims. */
static errint offer(struct store *s, struct str path, struct str ca, struct str bytes)
{
	BUF(nar, LIMIT_SMALL_FILE);
	struct buf_sink sink = buf_sink_init(&nar);
	struct path_info info = {.path = path, .ca = ca};

	IS_OK(nar_dump_bytes(bytes, false, &sink.sink, &err), err, "a NAR");
	hash_bytes(HASH_SHA256, buf_str(&nar), &info.nar_hash);
	info.nar_size = nar.n;
	struct str_source from = str_source_init(buf_str(&nar));
	return store_add_nar(s, &info, &from.source, &err);
}

static void addresses(void)
{
	struct store *s = open_store();
	struct hash h;
	struct str flat, text;
	char digest[HASH_TEXT_MAX];

	hash_bytes(HASH_SHA256, S("claimed"), &h);
	hash_format(&h, HASH_NIX32, true, digest);
	struct str fixed_ca = str_c(arena_printf(&a, "fixed:%s", digest));
	struct str text_ca = str_c(arena_printf(&a, "text:%s", digest));
	IS_OK(store_path_make_fixed(&a, store_dir(s), S("c"), false, &h, NULL, 0, false, &flat,
				    &err),
	      err, "a flat path");
	IS_OK(store_path_make_text(&a, store_dir(s), S("c"), &h, NULL, 0, &text, &err), err,
	      "a text path");
	IS_ERR(offer(s, flat, fixed_ca, S("other")), err, ERR_MISMATCH, "other contents");
	IS_ERR(offer(s, text, fixed_ca, S("claimed")), err, ERR_MISMATCH, "another path");
	IS_ERR(offer(s, flat, S("fixed:crc32:1"), S("claimed")), err, ERR_CORRUPT, "no such hash");
	IS_ERR(offer(s, flat, S("free:lunch"), S("claimed")), err, ERR_CORRUPT, "no such address");
	OK(!on_disk(s, flat) && !on_disk(s, text), "leave nothing");
	IS_OK(offer(s, flat, fixed_ca, S("claimed")), err, "a true flat address");
	IS_OK(offer(s, text, text_ca, S("claimed")), err, "a true text address");
	store_close(s);
}

static bool without_run(void *ctx, const char *path, unsigned char type, struct err *e)
{
	(*(int *)ctx)++;
	return !str_ends(str_c(path), S("/run"));
}

static void filtered(void)
{
	struct store *s = open_store();
	char *src CLEANUP_FREE = xasprintf("%s/src", root);
	struct str out;
	int calls = 0;

	IS_OK(store_add_path(s, &a, S("some"), src, true, HASH_SHA256, NULL, without_run, &calls,
			     &out, &err),
	      err, "a part of a tree");
	IS_INT(calls, 3, "the filter is asked once about each path");
	char *run = arena_printf(&a, "%.*s/sub/run", STR_ARG(out));
	char *file = arena_printf(&a, "%.*s/a", STR_ARG(out));
	OK(on_disk(s, str_c(file)) && !on_disk(s, str_c(run)), "what it refused is left out");
	store_close(s);
}

static void nars(void)
{
	struct store *s = open_store();
	BUF(nar, LIMIT_SMALL_FILE);
	struct buf_sink sink = buf_sink_init(&nar);
	struct path_info info = {.path = S("/nix/store/11111111111111111111111111111111-n")}, got;

	IS_OK(nar_dump_bytes(S("abc"), false, &sink.sink, &err), err, "a NAR");
	struct str_source from = str_source_init(buf_str(&nar));
	info.nar_hash.algo = HASH_SHA256;
	IS_ERR(store_add_nar(s, &info, &from.source, &err), err, ERR_MISMATCH, "a wrong hash");
	OK(!valid(s, info.path) && !on_disk(s, info.path), "leaves nothing");
	hash_bytes(HASH_SHA256, buf_str(&nar), &info.nar_hash);
	info.nar_size = nar.n + 8;
	from = str_source_init(buf_str(&nar));
	IS_ERR(store_add_nar(s, &info, &from.source, &err), err, ERR_MISMATCH, "a wrong size");
	info.nar_size = nar.n;
	info.sigs = S("key:sig");
	info.deriver = S("/nix/store/22222222222222222222222222222222-n.drv");
	info.refs = &info.path;
	info.n_refs = 1;
	from = str_source_init(buf_str(&nar));
	IS_OK(store_add_nar(s, &info, &from.source, &err), err, "the right ones");
	IS_OK(store_query(s, &a, info.path, &got, &err), err, "query");
	IS_STR(got.sigs, S("key:sig"), "signatures");
	IS_STR(got.deriver, info.deriver, "deriver");
	IS_INT(got.n_refs, 1, "a reference to itself");
	struct str by_hash;
	IS_OK(store_by_hash_part(s, &a, S("11111111111111111111111111111111"), &by_hash, &err), err,
	      "by hash part");
	IS_STR(by_hash, info.path, "found");
	IS_ERR(store_by_hash_part(s, &a, S("11111111111111111111111111111112"), &by_hash, &err),
	       err, ERR_NOT_FOUND, "no such hash part");
	store_close(s);
}

/* A hash part at every offset around the borders of the chunks that the dump writes. */
static void scanning(void)
{
	enum { SIZE = 300 << 10 };
	struct store *s = open_store();
	struct str names[] = {
		S("/nix/store/00000000000000000000000000000000-zero"),
		S("/nix/store/lfngsssysp6h1v4ccqg23c52s9sjl779-x"),
		S("/nix/store/qh7qwypjbg0f841is4khamsijbhbd3qv-multi"),
	};
	struct str_set candidates = {names, 3};
	char *file CLEANUP_FREE = xasprintf("%s/scan", root), *bytes CLEANUP_FREE = xmalloc(SIZE);
	struct path_info info = {0};
	size_t missed = 0, extra = 0;

	for (size_t at = (128 << 10) - 300; at < (128 << 10) + 100; at += 3) {
		/* Alternating letters and other bytes: the search must not jump too far. */
		for (size_t i = 0; i < SIZE; i++)
			bytes[i] = i % 37 ? 'a' : '\n';
		memcpy(bytes + at, "lfngsssysp6h1v4ccqg23c52s9sjl779", 32);
		memcpy(bytes + 2 * at, "qh7qwypjbg0f841is4khamsijbhbd3qv", 32);
		IS_OK(file_write(AT_FDCWD, file, str_n(bytes, SIZE), 0644, 0, &err), err, "write");
		ARENA(b);
		if (store_scan(s, &b, file, candidates, &info, &err) || info.n_refs < 2)
			missed++;
		extra += info.n_refs > 2;
	}
	IS_INT(missed, 0, "missed references");
	IS_INT(extra, 0, "invented references");
	IS_INT(info.nar_size, SIZE + 112, "size");
	/* 31 letters of a hash part, and one with a foreign letter inside, are none. */
	memset(bytes, 'a', SIZE);
	memcpy(bytes, "lfngsssysp6h1v4ccqg23c52s9sjl77e", 32);
	memcpy(bytes + SIZE - 31, "lfngsssysp6h1v4ccqg23c52s9sjl779", 31);
	IS_OK(file_write(AT_FDCWD, file, str_n(bytes, SIZE), 0644, 0, &err), err, "write");
	IS_OK(store_scan(s, &a, file, candidates, &info, &err), err, "scan");
	IS_INT(info.n_refs, 0, "almost a hash part");
	store_close(s);
}

/* Each way of fixing an output, in the reading that finds its references. */
static void scanning_fixed(void)
{
	static const enum hash_algo algos[] = {HASH_SHA256, HASH_SHA1};
	struct store *s = open_store();
	char *file CLEANUP_FREE = xasprintf("%s/fixed", root);
	char *src CLEANUP_FREE = xasprintf("%s/src", root);
	struct path_info info = {0};

	IS_OK(file_write(AT_FDCWD, file, S("contents"), 0444, 0, &err), err, "write");
	for (size_t i = 0; i < 4; i++) {
		struct content c = {.recursive = i & 1, .hash.algo = algos[i / 2]};
		BUF(nar, LIMIT_SMALL_FILE);
		struct buf_sink sink = buf_sink_init(&nar);
		struct hash want, nar_hash;
		IS_OK(nar_dump(AT_FDCWD, file, &sink.sink, NULL, NULL, &err), err, "a NAR");
		hash_bytes(algos[i / 2], c.recursive ? buf_str(&nar) : S("contents"), &want);
		hash_bytes(HASH_SHA256, buf_str(&nar), &nar_hash);
		IS_OK(store_scan_content(s, &a, file, (struct str_set){0}, &c, &info, &err), err,
		      "scan");
		OK(hash_eq(&c.hash, &want), "%s %s", c.recursive ? "recursive" : "flat",
		   hash_algo_name(algos[i / 2]));
		OK(hash_eq(&info.nar_hash, &nar_hash), "and the NAR's own");
	}
	struct content flat = {.hash.algo = HASH_SHA256};
	IS_ERR(store_scan_content(s, &a, src, (struct str_set){0}, &flat, &info, &err), err,
	       ERR_FAILED, "a folder has no flat hash");
	store_close(s);
}

static void canonical(void)
{
	char *dir CLEANUP_FREE = xasprintf("%s/canon", root);
	char *file CLEANUP_FREE = xasprintf("%s/f", dir);
	char *link CLEANUP_FREE = xasprintf("%s/l", dir),
		   *fifo CLEANUP_FREE = xasprintf("%s/p", dir);
	struct stat st;

	IS_OK(mkdir_p(AT_FDCWD, dir, 0777, &err), err, "mkdir");
	IS_OK(file_write(AT_FDCWD, file, S("x"), 0751, 0, &err), err, "file");
	OK(symlink("nowhere", link) == 0, "link");
	bool xattr = setxattr(file, "user.kiln", "v", 1, 0) == 0;
	IS_OK(store_canonicalise(dir, &err), err, "canonicalise");
	OK(stat(file, &st) == 0 && (st.st_mode & 07777) == 0555 && st.st_mtim.tv_sec == 1 &&
		   st.st_mtim.tv_nsec == 0,
	   "file");
	OK(stat(dir, &st) == 0 && (st.st_mode & 07777) == 0555 && st.st_mtime == 1, "folder");
	OK(lstat(link, &st) == 0 && st.st_mtime == 1, "link");
	if (xattr)
		IS_INT(getxattr(file, "user.kiln", NULL, 0), -1, "no extended attributes");
	else
		tap_skip("extended attributes", "the file system has none");
	OK(chmod(file, 04755) == 0, "setuid");
	IS_ERR(store_canonicalise(dir, &err), err, ERR_FAILED, "setuid is refused");
	OK(chmod(file, 0755) == 0 && chmod(dir, 0755) == 0 && mkfifo(fifo, 0644) == 0, "fifo");
	IS_ERR(store_canonicalise(dir, &err), err, ERR_FAILED, "a FIFO is refused");
}

/* p0 <- p1 <- ... and a self reference each; all real texts. */
static void closures(void)
{
	enum { N = 20 };
	struct store *s = open_store();
	struct str p[N], *order;
	struct str_set set;

	for (size_t i = 0; i < N; i++) {
		char *name = arena_printf(&a, "link%zu", i);
		IS_OK(store_add_text(s, &a, str_c(name), S("t"), &p[i ? i - 1 : 0], i > 0, &p[i],
				     &err),
		      err, name);
	}
	IS_OK(store_closure(s, &a, &p[N - 1], 1, 0, &set, &err), err, "closure");
	IS_INT(set.n, N, "all");
	IS_OK(store_topo_sort(s, &a, set, &order, &err), err, "order");
	for (size_t i = 0; i < N; i++)
		IS_STR(order[i], p[i], "behind what it refers to");
	IS_OK(store_closure(s, &a, &p[N / 2], 1, CLOSURE_REFERRERS, &set, &err), err, "referrers");
	IS_INT(set.n, N - N / 2, "upwards");
	IS_OK(store_referrers(s, &a, p[0], &set, &err), err, "referrers");
	IS_INT(set.n, 1, "one");
	struct str gone = S("/nix/store/00000000000000000000000000000000-gone");
	IS_ERR(store_closure(s, &a, &gone, 1, 0, &set, &err), err, ERR_NOT_FOUND, "not valid");
	store_close(s);
}

static void registering(void)
{
	struct store *s = open_store();
	struct str p[] = {S("/nix/store/33333333333333333333333333333333-a"),
			  S("/nix/store/44444444444444444444444444444444-b")};
	struct path_info infos[2] = {{.path = p[0]}, {.path = p[1]}};

	for (size_t i = 0; i < 2; i++) {
		char *real CLEANUP_FREE = store_real_path(s, p[i]);
		IS_OK(file_write(AT_FDCWD, real, S("x"), 0444, 0, &err), err, "an output");
		IS_OK(nar_hash(AT_FDCWD, real, &infos[i].nar_hash, &infos[i].nar_size, &err), err,
		      "hash");
		infos[i].refs = &p[1 - i];
		infos[i].n_refs = 1;
	}
	IS_ERR(store_register(s, infos, 2, &err), err, ERR_BUILD, "a cycle");
	OK(!valid(s, p[0]) && !valid(s, p[1]), "registers nothing");
	infos[0].refs = p; /* itself */
	IS_OK(store_register(s, infos, 2, &err), err, "without one");
	OK(valid(s, p[0]) && valid(s, p[1]), "both");
	store_close(s);
}

static struct store_object object_at(struct store *s, const char *file, struct str path)
{
	struct store_object o = {.info.path = path, .from = file};

	IS_OK(file_write(AT_FDCWD, file, path, 0444, 0, &err), err, "an object");
	IS_OK(nar_hash(AT_FDCWD, file, &o.info.nar_hash, &o.info.nar_size, &err), err, "hash");
	return o;
}

static void committing(void)
{
	struct store *s = open_store();
	struct str p[] = {S("/nix/store/55555555555555555555555555555555-a"),
			  S("/nix/store/66666666666666666666666666666666-b"),
			  S("/nix/store/77777777777777777777777777777777-none")};
	char *one CLEANUP_FREE = xasprintf("%s/one", root);
	char *two CLEANUP_FREE = xasprintf("%s/two", root);
	struct store_object v[] = {object_at(s, one, p[0]), object_at(s, two, p[1])};
	char *real CLEANUP_FREE = store_real_path(s, p[1]);

	v[0].info.refs = &p[1];
	v[0].info.n_refs = 1;
	v[1].info.refs = &p[2];
	v[1].info.n_refs = 1;
	IS_ERR(store_commit(s, v, 2, &err), err, ERR_NOT_FOUND, "one that refers to nothing valid");
	OK(!valid(s, p[0]) && !on_disk(s, p[0]), "keeps the batch out");
	OK(access(one, F_OK) == 0 && access(two, F_OK) == 0, "and its objects where they were");
	v[1].info.n_refs = 0;
	IS_OK(mkdir_p(AT_FDCWD, real, 0755, &err), err, "a remains in the place");
	IS_OK(store_commit(s, v, 2, &err), err, "both, the second first");
	OK(valid(s, p[0]) && valid(s, p[1]), "are valid");
	OK(access(one, F_OK) < 0 && access(two, F_OK) < 0, "and have moved");
	unsigned bad = 99;
	IS_OK(verify(s, true, &bad), err, "verify");
	IS_INT(bad, 0, "clean");
	store_close(s);
}

/* Big enough to be copied while it is hashed; then known by name, and only hashed. */
static void big_trees(void)
{
	enum { SIZE = LIMIT_SMALL_TREE + 100000 };
	struct store *s = open_store();
	char *dir CLEANUP_FREE = xasprintf("%s/big", root), *bytes CLEANUP_FREE = xmalloc(SIZE);
	char *file CLEANUP_FREE = xasprintf("%s/f", dir);
	struct str first, again, flat, other;
	struct path_info info;
	struct hash h, wrong = {.algo = HASH_SHA256};
	uint64_t size;

	for (size_t i = 0; i < SIZE; i++)
		bytes[i] = (char)(i * 2654435761u >> 13);
	IS_OK(mkdir_p(AT_FDCWD, dir, 0755, &err), err, "mkdir");
	IS_OK(file_write(AT_FDCWD, file, str_n(bytes, SIZE), 0755, 0, &err), err, "file");
	IS_ERR(store_add_path(s, &a, S("big"), dir, true, HASH_SHA256, &wrong, NULL, NULL, &first,
			      &err),
	       err, ERR_MISMATCH, "another hash than expected");
	IS_OK(store_add_path(s, &a, S("big"), dir, true, HASH_SHA256, NULL, NULL, NULL, &first,
			     &err),
	      err, "a big tree");
	IS_OK(store_query(s, &a, first, &info, &err), err, "query");
	IS_OK(nar_hash(AT_FDCWD, dir, &h, &size, &err), err, "hash");
	OK(hash_eq(&h, &info.nar_hash) && info.nar_size == size, "same NAR");
	IS_OK(store_add_path(s, &a, S("big"), dir, true, HASH_SHA256, NULL, NULL, NULL, &again,
			     &err),
	      err, "the same");
	IS_STR(again, first, "is there");
	IS_OK(store_add_path(s, &a, S("big"), file, false, HASH_SHA512, NULL, NULL, NULL, &flat,
			     &err),
	      err, "flat, under a known name");
	IS_OK(store_add_path(s, &a, S("big"), dir, true, HASH_MD5, NULL, NULL, NULL, &other, &err),
	      err, "by another hash");
	IS_OK(store_add_path(s, &a, S("big2"), file, false, HASH_MD5, NULL, NULL, NULL, &flat,
			     &err),
	      err, "flat, under a new name");
	store_close(s);
	s = open_store();
	unsigned bad = 99;
	IS_OK(verify(s, true, &bad), err, "verify");
	IS_INT(bad, 0, "clean");
	char *real CLEANUP_FREE = store_real_path(s, store_dir(s));
	struct dir_list l CLEANUP(dir_list_release) = {0};
	size_t left = 0;
	IS_OK(dir_list(AT_FDCWD, real, &l, &err), err, "list");
	for (size_t i = 0; i < l.n; i++)
		left += str_ends(str_c(l.v[i].name), S("-added")) ||
			str_ends(str_c(l.v[i].name), S(".tmp"));
	IS_INT(left, 0, "nothing is left over");
	store_close(s);
}

static void locks(void)
{
	struct store *s = open_store();
	struct str p[] = {S("/nix/store/44444444444444444444444444444444-b"),
			  S("/nix/store/33333333333333333333333333333333-a")};
	struct store_lock *one, *two;

	IS_OK(store_lock(s, p, 2, false, &one, &err), err, "two locks");
	OK(on_disk(s, S("/nix/store/33333333333333333333333333333333-a.lock")), "a lock file");
	IS_ERR(store_lock(s, p, 1, true, &two, &err), err, ERR_EXISTS, "held");
	store_unlock(one);
	OK(!on_disk(s, S("/nix/store/33333333333333333333333333333333-a.lock")), "gone again");
	IS_OK(store_lock(s, p, 1, true, &two, &err), err, "free");
	store_unlock(two);
	char *left CLEANUP_FREE =
		xasprintf("%s/nix/store/%s.lock", root, "44444444444444444444444444444444-b");
	IS_OK(file_write(AT_FDCWD, left, S("d"), 0600, 0, &err), err, "a power cut's leftover");
	IS_OK(store_lock(s, p, 1, true, &two, &err), err, "is no lock");
	store_unlock(two);
	OK(access(left, F_OK) < 0, "and goes");
	store_close(s);
}

/* Many processes add the same things at once; each kill -9 may strike anywhere. */
static void crashes(void)
{
	pid_t pids[8];

	for (int round = 0; round < 6; round++) {
		for (size_t i = 0; i < ARRAY_LEN(pids); i++) {
			pids[i] = fork();
			if (pids[i])
				continue;
			struct store *s = open_store();
			struct str out, last = STR_NULL;
			for (int k = 0; k < 40; k++) {
				char *name = arena_printf(&a, "crash%d-%d", round, k);
				if (store_add_text(s, &a, str_c(name), str_c(name), &last, k > 0,
						   &out, &err) ||
				    (k % 5 == 4 && store_flush(s, &err)))
					_exit(1);
				last = out;
			}
			store_close(s);
			_exit(0);
		}
		usleep(1000 * (unsigned)(round * round * 4));
		for (size_t i = 0; i < ARRAY_LEN(pids); i++) {
			if (i < 6)
				kill(pids[i], SIGKILL);
		}
		int status, good = 0;
		for (size_t i = 0; i < ARRAY_LEN(pids); i++)
			good += waitpid(pids[i], &status, 0) == pids[i] && i >= 6 && status == 0;
		IS_INT(good, 2, "those that were spared succeed");
	}
	struct store *s = open_store();
	unsigned bad = 99;
	IS_OK(verify(s, true, &bad), err, "verify");
	IS_INT(bad, 0, "clean");
	store_close(s);
}

static void verifying(void)
{
	struct store *s = open_store();
	struct str one, two;
	unsigned bad;

	IS_OK(store_add_text(s, &a, S("spoiled"), S("good"), NULL, 0, &one, &err), err, "add");
	IS_OK(store_add_text(s, &a, S("lost"), S("good"), NULL, 0, &two, &err), err, "add");
	IS_OK(store_flush(s, &err), err, "flush");
	char *real CLEANUP_FREE = store_real_path(s, one);
	IS_OK(file_write(AT_FDCWD, real, S("bad!"), 0444, 0, &err), err, "spoil");
	IS_OK(verify(s, false, &bad), err, "verify");
	IS_INT(bad, 0, "unseen without a look at contents");
	IS_OK(verify(s, true, &bad), err, "verify contents");
	IS_INT(bad, 1, "seen");
	struct verify_options only = {.contents = true, .paths = &two, .n_paths = 1};
	struct verify_result found;
	IS_OK(store_verify(s, &a, &only, &found, &err), err, "verify another path");
	IS_INT(found.n, 0, "which is well");
	IS_OK(file_write(AT_FDCWD, real, S("good"), 0444, 0, &err), err, "mend");
	IS_OK(verify(s, true, &bad), err, "verify again");
	IS_INT(bad, 0, "clean");
	store_close(s);
}

/* a <- b; what nothing refers to is dropped, what is referred to is damage. */
static void disappearing(void)
{
	struct store *s = open_store();
	struct verify_options o = {0};
	struct verify_result found;
	struct str low, high;
	bool there;

	IS_OK(store_add_text(s, &a, S("low"), S("low"), NULL, 0, &low, &err), err, "add");
	IS_OK(store_add_text(s, &a, S("high"), low, &low, 1, &high, &err), err, "add");
	IS_OK(store_flush(s, &err), err, "flush");
	char *real_low CLEANUP_FREE = store_real_path(s, low);
	char *real_high CLEANUP_FREE = store_real_path(s, high);
	OK(unlink(real_low) == 0, "lose");
	store_close(s);
	s = open_store();
	OK(valid(s, low), "it is registered");
	IS_OK(store_is_present(s, low, &there, &err), err, "present?");
	OK(!there, "but not present");
	IS_OK(store_verify(s, &a, &o, &found, &err), err, "verify");
	IS_INT(found.n, 1, "a lost path that is referred to");
	OK(found.n == 1 && str_eq(found.v[0].path, low) && found.v[0].kind == DAMAGE_GONE, "which");
	IS_INT(found.dropped, 0, "stays registered");
	OK(unlink(real_high) == 0, "lose its referrer, too");
	IS_OK(store_verify(s, &a, &o, &found, &err), err, "verify");
	IS_INT(found.n, 0, "no damage");
	IS_INT(found.dropped, 2, "both registrations are dropped");
	OK(!valid(s, low) && !valid(s, high), "both are gone");
	store_close(s);
}

/* Adding what was deleted by hand brings it back; so does a copy of the right contents. */
static void restoring(void)
{
	struct store *s = open_store();
	char *src CLEANUP_FREE = xasprintf("%s/src", root), *copy CLEANUP_FREE = NULL;
	struct str text, tree, again;
	unsigned bad;

	IS_OK(store_add_text(s, &a, S("back"), S("t"), NULL, 0, &text, &err), err, "a text");
	IS_OK(store_add_path(s, &a, S("back"), src, true, HASH_SHA256, NULL, NULL, NULL, &tree,
			     &err),
	      err, "a tree");
	store_close(s);
	s = open_store();
	char *real_text CLEANUP_FREE = store_real_path(s, text);
	char *real_tree CLEANUP_FREE = store_real_path(s, tree);
	remove_tree_quietly(AT_FDCWD, real_text);
	remove_tree_quietly(AT_FDCWD, real_tree);
	IS_OK(store_add_text(s, &a, S("back"), S("t"), NULL, 0, &again, &err), err, "the text");
	IS_OK(store_add_path(s, &a, S("back"), src, true, HASH_SHA256, NULL, NULL, NULL, &again,
			     &err),
	      err, "the tree");
	IS_OK(store_flush(s, &err), err, "flush");
	OK(on_disk(s, text) && on_disk(s, tree), "are back");
	char *spoiled CLEANUP_FREE = xasprintf("%s/a", real_tree);
	IS_OK(file_write(AT_FDCWD, spoiled, S("bad"), 0444, 0, &err), err, "spoil");
	copy = xasprintf("%s/copy", root);
	IS_OK(file_write(AT_FDCWD, copy, S("bad"), 0444, 0, &err), err, "a wrong copy");
	IS_ERR(store_replace(s, tree, copy, &err), err, ERR_MISMATCH, "is refused");
	BUF(nar, LIMIT_SMALL_FILE);
	struct buf_sink sink = buf_sink_init(&nar);
	IS_OK(nar_dump(AT_FDCWD, src, &sink.sink, NULL, NULL, &err), err, "a NAR");
	struct str_source from = str_source_init(buf_str(&nar));
	remove_tree_quietly(AT_FDCWD, copy);
	IS_OK(nar_restore(&from.source, AT_FDCWD, copy, &err), err, "a right copy");
	IS_OK(store_replace(s, tree, copy, &err), err, "takes its place");
	OK(access(copy, F_OK) < 0, "and is gone from where it was");
	IS_OK(verify(s, true, &bad), err, "verify");
	IS_INT(bad, 0, "clean");
	store_close(s);
}

int main(void)
{
	IS_OK(temp_dir(temp_dir_root(), "kiln-store-", &root, &err), err, "scratch");
	configs();
	nothing_yet();
	readonly();
	texts();
	missing_reference();
	paths();
	filtered();
	nars();
	addresses();
	scanning();
	scanning_fixed();
	canonical();
	closures();
	registering();
	committing();
	big_trees();
	locks();
	verifying();
	disappearing();
	restoring();
	crashes();
	remove_tree_quietly(AT_FDCWD, root);
	free(root);
	arena_release(&a);
	return tap_done();
}
