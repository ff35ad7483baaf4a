/* SPDX-License-Identifier: MIT
 *
 * NARs: hashes against Nix's, trees through a dump and a restore, and what the reader refuses. */
#include "store/nar.h"

#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "tap.h"

static struct err err;
static char *root;

static char *in_root(const char *name)
{
	return xasprintf("%s/%s", root, name);
}

static void write_at(const char *name, const char *text, mode_t mode)
{
	char *path CLEANUP_FREE = in_root(name);

	IS_OK(file_write(AT_FDCWD, path, str_c(text), mode, 0, &err), err, name);
}

static void make_tree(void)
{
	char *sub CLEANUP_FREE = in_root("t/sub");
	char *link CLEANUP_FREE = in_root("t/sub/l");

	IS_OK(mkdir_p(AT_FDCWD, sub, 0755, &err), err, "mkdir");
	write_at("t/a", "hello\n", 0644);
	write_at("t/empty", "", 0600);
	write_at("t/run", "#!/bin/sh\n", 0755);
	OK(symlink("../a", link) == 0, "symlink");
}

static void dump(const char *path, struct buf *b)
{
	struct buf_sink sink = buf_sink_init(b);

	IS_OK(nar_dump(AT_FDCWD, path, &sink.sink, NULL, NULL, &err), err, path);
}

static void known_hash(void)
{
	char *tree CLEANUP_FREE = in_root("t");
	struct hash h;
	uint64_t size;
	char text[HASH_TEXT_MAX];

	IS_OK(nar_hash(AT_FDCWD, tree, &h, &size, &err), err, "hash");
	IS_Z(hash_format(&h, HASH_NIX32, false, text),
	     "1zqlxw8z7raz4c6wp3qgi2wvnrl3b50vmii6ni4ksnlzp2r1qp9m", "as nix-hash says");
	BUF(nar, LIMIT_JSON_TEXT);
	dump(tree, &nar);
	IS_INT(nar.n, size, "size");
}

static void known_bytes(void)
{
	static const char want[] = "\15\0\0\0\0\0\0\0nix-archive-1\0\0\0"
				   "\1\0\0\0\0\0\0\0(\0\0\0\0\0\0\0"
				   "\4\0\0\0\0\0\0\0type\0\0\0\0"
				   "\7\0\0\0\0\0\0\0regular\0"
				   "\12\0\0\0\0\0\0\0executable\0\0\0\0\0\0"
				   "\0\0\0\0\0\0\0\0"
				   "\10\0\0\0\0\0\0\0contents"
				   "\3\0\0\0\0\0\0\0abc\0\0\0\0\0"
				   "\1\0\0\0\0\0\0\0)\0\0\0\0\0\0";
	BUF(nar, LIMIT_SMALL_FILE);
	struct buf_sink sink = buf_sink_init(&nar);

	IS_OK(nar_dump_bytes(S("abc"), true, &sink.sink, &err), err, "bytes");
	IS_STR(buf_str(&nar), str_n(want, sizeof(want)), "the bytes of an executable file");
}

static errint restore(struct str nar, const char *name)
{
	char *path CLEANUP_FREE = in_root(name);
	struct str_source from = str_source_init(nar);

	return nar_restore(&from.source, AT_FDCWD, path, &err);
}

static bool exists(const char *name)
{
	char *path CLEANUP_FREE = in_root(name);
	struct stat st;

	return lstat(path, &st) == 0;
}

static void round_trip(void)
{
	char *tree CLEANUP_FREE = in_root("t"), *copy CLEANUP_FREE = in_root("copy");
	char *run CLEANUP_FREE = in_root("copy/run"), *a CLEANUP_FREE = in_root("copy/a");
	struct stat st;
	BUF(nar, LIMIT_JSON_TEXT);
	BUF(again, LIMIT_JSON_TEXT);

	dump(tree, &nar);
	IS_OK(restore(buf_str(&nar), "copy"), err, "restore");
	dump(copy, &again);
	IS_STR(buf_str(&again), buf_str(&nar), "same bytes again");
	OK(stat(run, &st) == 0 && (st.st_mode & 07777) == 0555 && st.st_mtime == 1, "executable");
	OK(stat(a, &st) == 0 && (st.st_mode & 07777) == 0444 && st.st_mtime == 1, "file");
	OK(stat(copy, &st) == 0 && (st.st_mode & 07777) == 0555 && st.st_mtime == 1, "folder");
	IS_ERR(restore(buf_str(&nar), "copy"), err, ERR_EXISTS, "over something");
	OK(exists("copy/a"), "which is left alone");

	/* Every cut is an error and leaves nothing behind. */
	size_t wrong = 0;
	for (size_t n = 0; n < nar.n; n++) {
		wrong += restore(str_n(nar.p, n), "cut") == 0 || exists("cut");
		err_clear(&err);
	}
	IS_INT(wrong, 0, "cut NARs");
}

static void deep(void)
{
	BUF(nar, LIMIT_JSON_TEXT);
	char *top CLEANUP_FREE = in_root("deep");

	IS_OK(mkdir_p(AT_FDCWD, top, 0755, &err), err, "top");
	int fd = open(top, O_RDONLY | O_DIRECTORY);
	bool made = true;
	for (int i = 0; i < 1000; i++) {
		made &= mkdirat(fd, "d", 0755) == 0;
		int next = openat(fd, "d", O_RDONLY | O_DIRECTORY);
		close(fd);
		fd = next;
	}
	close(fd);
	OK(made, "1000 folders");
	dump(top, &nar);
	IS_OK(restore(buf_str(&nar), "deep2"), err, "1000 folders deep, past the path limit");
	BUF(again, LIMIT_JSON_TEXT);
	char *copy CLEANUP_FREE = in_root("deep2");
	dump(copy, &again);
	IS_STR(buf_str(&again), buf_str(&nar), "deep tree");
}

static void put(struct buf *b, const char *z)
{
	uint64_t n = strlen(z);

	for (int i = 0; i < 8; i++)
		buf_putc(b, (char)(n >> (8 * i)));
	buf_putz(b, z);
	while (b->n % 8)
		buf_putc(b, '\0');
}

/* Words separated by blanks; an empty word is written as '-'. */
static void refuse(const char *words, const char *what)
{
	struct str rest = str_c(words), w;
	BUF(nar, LIMIT_SMALL_FILE);

	while (str_split(&rest, ' ', &w)) {
		char *z CLEANUP_FREE = str_dupz(w);
		put(&nar, strcmp(z, "-") ? z : "");
	}
	IS_ERR(restore(buf_str(&nar), "bad"), err, ERR_CORRUPT, what);
	OK(!exists("bad"), "%s: nothing left", what);
	OK(!exists("evil"), "%s: nothing outside", what);
}

#define HEAD  "nix-archive-1 ( type "
#define EMPTY "( type regular contents - )"

static void refusals(void)
{
	refuse("nix-archive-2 ( type regular contents - )", "magic");
	refuse(HEAD "fifo )", "type");
	refuse(HEAD "regular )", "a file without contents");
	refuse(HEAD "regular executable x contents - )", "executable with a word");
	refuse(HEAD "symlink target - )", "empty target");
	refuse(HEAD "directory entry ( name .. node " EMPTY " ) )", "dot dot");
	refuse(HEAD "directory entry ( name . node " EMPTY " ) )", "dot");
	refuse(HEAD "directory entry ( name - node " EMPTY " ) )", "empty name");
	refuse(HEAD "directory entry ( name ../evil node " EMPTY " ) )", "slash");
	refuse(HEAD "directory entry ( name /tmp/evil node " EMPTY " ) )", "absolute");
	refuse(HEAD "directory entry ( name b node " EMPTY " ) entry ( name a node " EMPTY " ) )",
	       "order");
	refuse(HEAD "directory entry ( name a node " EMPTY " ) entry ( name a node " EMPTY " ) )",
	       "twice");
	refuse(HEAD "directory entry ( name a node ( type symlink target .. ) ) entry ( name a "
		    "node " EMPTY " ) )",
	       "through a link");
}

static void padding(void)
{
	BUF(nar, LIMIT_SMALL_FILE);
	struct buf_sink sink = buf_sink_init(&nar);

	IS_OK(nar_dump_bytes(S("abc"), false, &sink.sink, &err), err, "bytes");
	nar.p[nar.n - 17] = 'x';
	IS_ERR(restore(buf_str(&nar), "bad"), err, ERR_CORRUPT, "padding of contents");
	nar.p[nar.n - 17] = '\0';
	nar.p[nar.n - 1] = 'x';
	IS_ERR(restore(buf_str(&nar), "bad"), err, ERR_CORRUPT, "padding of a word");
}

static void exact(void)
{
	BUF(nar, LIMIT_SMALL_FILE);
	struct buf_sink sink = buf_sink_init(&nar);

	IS_OK(nar_dump_bytes(S("abc"), false, &sink.sink, &err), err, "bytes");
	buf_putz(&nar, "behind");
	struct str_source from = str_source_init(buf_str(&nar));
	char *path CLEANUP_FREE = in_root("exact");
	IS_OK(nar_restore(&from.source, AT_FDCWD, path, &err), err, "restore");
	IS_STR(from.rest, S("behind"), "nothing behind the archive is read");
}

static void as_it_comes(void)
{
	static char bytes[200000];
	const size_t sizes[] = {0, 1, 7, 8, 9, sizeof(bytes)};
	struct nar_file f = {0};
	struct hash got, want;
	uint64_t size;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 7);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct hash_sink sink = hash_sink_init(HASH_SHA256, NULL);
		struct str s = str_n(bytes, sizes[i]), rest = s;
		uint64_t whole;

		IS_OK(nar_dump_bytes(s, false, &sink.sink, &err), err, "at once");
		whole = sink.size;
		hash_sink_finish(&sink, &want);
		nar_file_begin(&f, s.n);
		for (; rest.n; rest = str_skip(rest, MIN(rest.n, (size_t)1000)))
			nar_file_take(&f, rest.p, MIN(rest.n, (size_t)1000));
		OK(nar_file_end(&f, &got, &size), "%zu bytes", s.n);
		OK(hash_eq(&got, &want) && size == whole, "have the same NAR in pieces");
	}
	nar_file_begin(&f, 5);
	nar_file_take(&f, bytes, 4);
	OK(!nar_file_end(&f, &got, &size), "too few bytes are no file");
	nar_file_release(&f);
	nar_file_take(&f, bytes, 4);
	OK(!nar_file_end(&f, &got, &size), "nor are bytes before the beginning");
	nar_file_release(&f);
}

static bool no_subfolders(void *ctx, const char *path, unsigned char type, struct err *e)
{
	(*(int *)ctx)++;
	return !str_ends(str_c(path), S("/sub"));
}

static bool failing(void *ctx, const char *path, unsigned char type, struct err *e)
{
	err_set(e, ERR_EVAL, "no");
	return true;
}

static void filters(void)
{
	char *tree CLEANUP_FREE = in_root("t");
	BUF(nar, LIMIT_SMALL_FILE);
	struct buf_sink sink = buf_sink_init(&nar);
	int calls = 0;

	IS_OK(nar_dump(AT_FDCWD, tree, &sink.sink, no_subfolders, &calls, &err), err, "filter");
	IS_INT(calls, 4, "not asked for the root, nor inside what is left out");
	IS_INT(str_find(buf_str(&nar), S("symlink")), -1, "left out");
	IS_ERR(nar_dump(AT_FDCWD, tree, &sink.sink, failing, NULL, &err), err, ERR_EVAL,
	       "a filter's error");
}

int main(void)
{
	IS_OK(temp_dir(temp_dir_root(), "kiln-nar-", &root, &err), err, "scratch");
	make_tree();
	known_hash();
	known_bytes();
	round_trip();
	deep();
	refusals();
	padding();
	exact();
	as_it_comes();
	filters();
	remove_tree_quietly(AT_FDCWD, root);
	free(root);
	return tap_done();
}
