/* SPDX-License-Identifier: MIT
 *
 * Exports and registrations between two stores, and what is refused of them. */
#include "store/exchange.h"

#include <sys/stat.h>
#include "store_fixture.h"

static struct store *open_named(const char *name)
{
	char *where CLEANUP_FREE = xasprintf("%s/%s", root, name);

	return open_store_at(where);
}

static size_t entries(struct store *s)
{
	char *dir CLEANUP_FREE = store_real_path(s, store_dir(s));
	struct dir_list list CLEANUP(dir_list_release) = {0};

	IS_OK(dir_list(AT_FDCWD, dir, &list, &err), err, "entries");
	return list.n;
}

static errint import(struct store *s, struct str stream, struct str **paths, size_t *n)
{
	struct str_source from = str_source_init(stream);

	return store_import(s, &a, &from.source, paths, n, &err);
}

static void streams(struct buf *stream)
{
	struct store *s = open_named("one"), *other = open_named("two");
	struct str x[2], *paths;
	size_t n;
	struct path_info info, copy;

	IS_OK(store_add_text(s, &a, S("x"), S("y"), NULL, 0, &x[0], &err), err, "x");
	IS_OK(store_add_text(s, &a, S("z"), S("z"), x, 1, &x[1], &err), err, "z");
	struct buf_sink sink = buf_sink_init(stream);
	IS_OK(store_export(s, x, 2, &sink.sink, &err), err, "export");
	IS_OK(import(other, buf_str(stream), &paths, &n), err, "import");
	IS_INT(n, 2, "two paths");
	IS_STR(paths[1], x[1], "in their order");
	IS_OK(store_query(s, &a, x[1], &info, &err), err, "query");
	IS_OK(store_query(other, &a, x[1], &copy, &err), err, "query the copy");
	OK(hash_eq(&info.nar_hash, &copy.nar_hash) && info.nar_size == copy.nar_size, "same NAR");
	IS_INT(copy.n_refs, 1, "its reference");
	IS_OK(import(other, buf_str(stream), &paths, &n), err, "import again");
	IS_INT(n, 2, "is no error");
	store_close(other);

	char *real CLEANUP_FREE = store_real_path(s, x[0]);
	IS_OK(file_write(AT_FDCWD, real, S("damaged"), 0444, 0, &err), err, "damage");
	BUF(refused, LIMIT_SMALL_FILE);
	struct buf_sink more = buf_sink_init(&refused);
	IS_ERR(store_export(s, x, 1, &more.sink, &err), err, ERR_CORRUPT, "is not exported");
	store_close(s);
}

static void cuts(struct str stream)
{
	struct store *s = open_named("three");
	struct str *paths;
	size_t n, wrong = 0;

	for (size_t at = 0; at < stream.n; at += 5) {
		wrong += import(s, str_n(stream.p, at), &paths, &n) == 0;
		err_clear(&err);
	}
	IS_INT(wrong, 0, "cut streams");
	IS_INT(entries(s), 2, "leave only what came whole");
	store_close(s);

	struct str missing = str_sub(stream, stream.n / 2, stream.n);
	s = open_named("four");
	IS_ERR(import(s, missing, &paths, &n), err, ERR_CORRUPT, "the second half");
	IS_INT(entries(s), 0, "leaves nothing");
	store_close(s);
}

static void registrations(void)
{
	struct store *s = open_named("two");
	struct str x = S("/nix/store/lfngsssysp6h1v4ccqg23c52s9sjl779-x");
	struct path_info info, *infos;
	size_t n;
	BUF(text, LIMIT_SMALL_FILE);
	BUF(again, LIMIT_SMALL_FILE);

	OK(valid(s, x), "there");
	IS_OK(store_query(s, &a, x, &info, &err), err, "query");
	registration_print(&info, &text);
	registration_print(&info, &text);
	IS_OK(registration_parse(s, &a, buf_str(&text), true, &infos, &n, &err), err, "parse");
	IS_INT(n, 2, "two records");
	registration_print(&infos[0], &again);
	registration_print(&infos[1], &again);
	IS_STR(buf_str(&again), buf_str(&text), "the same text");
	IS_OK(store_register(s, infos, 1, &err), err, "register");
	for (size_t at = 1; at < text.n / 2; at++) {
		if (!registration_parse(s, &a, str_n(text.p, at), true, &infos, &n, &err))
			OK(false, "cut at %zu", at);
		err_clear(&err);
	}
	IS_ERR(registration_parse(s, &a, S("/etc/passwd\n"), true, &infos, &n, &err), err,
	       ERR_FAILED, "not a store path");
	IS_ERR(registration_parse(s, &a,
				  S("/nix/store/lfngsssysp6h1v4ccqg23c52s9sjl779-x\n\n"
				    "18446744073709551615\n"),
				  false, &infos, &n, &err),
	       err, ERR_CORRUPT, "more references than text");
	store_close(s);
}

int main(void)
{
	BUF(stream, LIMIT_SMALL_FILE);

	IS_OK(temp_dir(temp_dir_root(), "kiln-exchange-", &root, &err), err, "scratch");
	streams(&stream);
	cuts(buf_str(&stream));
	registrations();
	remove_tree_quietly(AT_FDCWD, root);
	free(root);
	arena_release(&a);
	return tap_done();
}
