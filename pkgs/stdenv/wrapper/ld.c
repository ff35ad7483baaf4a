/* SPDX-License-Identifier: MIT
 *
 * The linker: the loader is the store's, and every folder of the store from which a shared library
 * is taken is one that the result searches at run time. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "wrapper.h"

struct ld {
	bool relocatable, is_static; /* as of now: -Bstatic and -Bdynamic change it */
	bool told_loader;
	struct words folders;   /* -L */
	struct words libraries; /* -l names, ":FILE" and paths, of those linked dynamically */
	struct words rpaths;
	struct words args;
};

/* Options whose value is the next word, and which matter here or whose value could pass for an
 * input. */
static const char *const with_value[] = {"-L",
					 "-l",
					 "-o",
					 "-rpath",
					 "--rpath",
					 "-rpath-link",
					 "--rpath-link",
					 "-dynamic-linker",
					 "--dynamic-linker",
					 "-I",
					 "-plugin",
					 "--plugin",
					 "-plugin-opt",
					 "--plugin-opt",
					 "-T",
					 "--script",
					 "-m",
					 "-soname",
					 "--soname",
					 "-h",
					 "-e",
					 "--entry",
					 "-u",
					 "--undefined",
					 "-z",
					 "-y",
					 "-Map",
					 "-b",
					 "--format",
					 "-A",
					 "-F",
					 "-f",
					 "-G",
					 "-R",
					 "--version-script",
					 "--dynamic-list",
					 "--defsym",
					 "-defsym",
					 "-init",
					 "-fini",
					 "--wrap",
					 "-wrap",
					 "--sysroot",
					 "-Ttext",
					 "-Tdata",
					 "-Tbss",
					 "--just-symbols",
					 "-dT",
					 "--oformat",
					 "--hash-style"};

static bool has_value(const char *word)
{
	for (size_t i = 0; i < sizeof(with_value) / sizeof(with_value[0]); i++)
		if (strcmp(word, with_value[i]) == 0)
			return true;
	return false;
}

/* The value of an option in any of its spellings: -name VALUE, --name VALUE, -name=VALUE; NULL: it
 * is another. */
static const char *value_of(const char *word, const char *next, const char *name, bool *took)
{
	const char *w = word + (starts(word, "--") ? 2 : 1);
	size_t n = strlen(name);

	*took = false;
	if (word[0] != '-' || strncmp(w, name, n) != 0)
		return NULL;
	if (w[n] == '=')
		return w + n + 1;
	if (w[n])
		return NULL;
	*took = true;
	return next;
}

static void add_new(struct words *to, const char *word)
{
	if (!words_has(to, word))
		words_add(to, word);
}

static bool is_shared_name(const char *path)
{
	const char *base = strrchr(path, '/'), *so;

	so = strstr(base ? base : path, ".so");
	return so && (!so[3] || so[3] == '.');
}

static void read_switch(struct ld *l, const char *word)
{
	static const char *const statics[] = {"-static", "--static", "-Bstatic", "-dn",
					      "-non_shared"};
	static const char *const dynamics[] = {"-Bdynamic", "-dy", "-call_shared"};

	if (strcmp(word, "-r") == 0 || strcmp(word, "-i") == 0 ||
	    strcmp(word, "--relocatable") == 0 || strcmp(word, "-Ur") == 0)
		l->relocatable = true;
	for (size_t i = 0; i < sizeof(statics) / sizeof(statics[0]); i++)
		if (strcmp(word, statics[i]) == 0)
			l->is_static = true;
	for (size_t i = 0; i < sizeof(dynamics) / sizeof(dynamics[0]); i++)
		if (strcmp(word, dynamics[i]) == 0)
			l->is_static = false;
	if (starts(word, "-L") && word[2])
		words_add(&l->folders, word + 2);
	else if (starts(word, "-l") && word[2] && !l->is_static)
		add_new(&l->libraries, word + 2);
	else if (starts(word, "--library-path="))
		words_add(&l->folders, strchr(word, '=') + 1);
	else if (starts(word, "--library=") && !l->is_static)
		add_new(&l->libraries, strchr(word, '=') + 1);
}

/* An input of the host would be in the result, and differ on the next machine. */
static void read_input(struct ld *l, const char *word)
{
	if (is_impure(word))
		die("impure path '%s' used in link", word);
	if (word[0] == '/' && is_shared_name(word))
		add_new(&l->libraries, word);
}

/* An option with a value; false: the two are left out. */
static bool read_pair(struct ld *l, const char *word, const char *value)
{
	if (strcmp(word, "-L") == 0) {
		if (is_impure(value))
			return false;
		words_add(&l->folders, value);
	} else if (strcmp(word, "-l") == 0 && !l->is_static) {
		add_new(&l->libraries, value);
	}
	return true;
}

/* What becomes of one word and the one behind it: how many of them were read. */
static size_t read_one(struct ld *l, const char *word, const char *next, struct words *keep)
{
	const char *value;
	bool took;

	value = value_of(word, next, "dynamic-linker", &took);
	if (value) {
		/* the compiler names the host's; who asks for another by hand, outside of a pure
		 * build, gets it */
		if (!in_store(value) && (!l->told_loader || is_impure(value)))
			value = LOADER;
		l->told_loader = true;
		words_add(keep, "-dynamic-linker");
		words_add(keep, value);
		return took ? 2 : 1;
	}
	value = value_of(word, next, "rpath", &took);
	if (value) {
		if (!is_impure(value)) {
			add_new(&l->rpaths, value);
			words_add(keep, word);
			if (took)
				words_add(keep, value);
		}
		return took ? 2 : 1;
	}
	if (has_value(word) && next) {
		if (read_pair(l, word, next)) {
			words_add(keep, word);
			words_add(keep, next);
		}
		return 2;
	}
	if (starts(word, "-L") && is_impure(word + 2))
		return 1;
	if (word[0] == '-')
		read_switch(l, word);
	else
		read_input(l, word);
	words_add(keep, word);
	return 1;
}

static bool same(const struct words *a, const struct words *b, size_t from)
{
	if (a->n != b->n - from)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->v[i], b->v[from + i]) != 0)
			return false;
	return true;
}

static bool read_words(void *ctx, const struct words *from, struct words *keep)
{
	size_t before = keep->n;

	for (size_t i = 0; i < from->n;)
		i += read_one(ctx, from->v[i], i + 1 < from->n ? from->v[i + 1] : NULL, keep);
	return same(from, keep, before);
}

static void use_file(struct ld *l, const char *path, int depth);

/* The libraries that a linker script stands for, as libc.so does: the words in it that look like
 * one. */
static void use_script(struct ld *l, const char *script, int depth)
{
	static const char between[] = " \t\n(),;\"";

	for (const char *s = script + strspn(script, between); *s; s += strspn(s, between)) {
		size_t n = strcspn(s, between);
		const char *word = text("%.*s", (int)n, s);

		s += n;
		if (!is_shared_name(word))
			continue;
		for (size_t i = 0; word[0] != '/' && i < l->folders.n; i++) {
			const char *path = text("%s/%s", l->folders.v[i], word);

			if (access(path, F_OK))
				continue;
			word = path;
		}
		if (word[0] == '/')
			use_file(l, word, depth);
	}
}

/* The folder of the file itself is searched, not that of a link to it: headers' packages have links
 * to the libraries of others. */
static void use_file(struct ld *l, const char *path, int depth)
{
	char real[PATH_MAX], head[4096];
	FILE *f = realpath(path, real) ? fopen(real, "re") : NULL;
	size_t n;

	if (!f)
		return;
	n = fread(head, 1, sizeof(head) - 1, f);
	fclose(f);
	if (n < 4 || memcmp(head, "\177ELF", 4) != 0) {
		head[n] = '\0';
		if (depth < 3)
			use_script(l, head, depth + 1);
		return;
	}
	*strrchr(real, '/') = '\0';
	if (in_store(real))
		add_new(&l->rpaths, text("%s", real));
}

/* As the linker searches: in each folder a shared library, then a static one. */
static void use_library(struct ld *l, const char *name)
{
	for (size_t i = 0; i < l->folders.n; i++) {
		const char *folder = l->folders.v[i];
		const char *path = name[0] == ':' ? text("%s/%s", folder, name + 1)
						  : text("%s/lib%s.so", folder, name);

		if (access(path, F_OK) == 0) {
			if (name[0] != ':' || is_shared_name(name))
				use_file(l, path, 0);
			return;
		}
		if (name[0] != ':' && access(text("%s/lib%s.a", folder, name), F_OK) == 0)
			return;
	}
}

/* The folders of used libraries that no -rpath names yet. */
static void add_rpaths(struct ld *l, struct words *to)
{
	size_t given = l->rpaths.n;

	for (size_t i = 0; i < l->libraries.n; i++) {
		if (l->libraries.v[i][0] == '/')
			use_file(l, l->libraries.v[i], 0);
		else
			use_library(l, l->libraries.v[i]);
	}
	for (size_t i = given; i < l->rpaths.n; i++) {
		words_add(to, "-rpath");
		words_add(to, l->rpaths.v[i]);
	}
}

static void add_after(struct ld *l, struct words *after)
{
	static const char *const own[] = {GLIBC_DEV "/lib", GLIBC "/lib", GCC_LIBS "/lib"};
	struct words flags = {0};

	if (!getenv(LD_FLAGS_ARE_SET))
		env_words(TOOL_LD, "NIX_LDFLAGS", &flags);
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		words_add(&flags, text("-L%s", own[i]));
	hardening_ld(&flags);
	read_words(l, &flags, after);
	if (l->relocatable)
		return;
	if (env_flag(TOOL_LD, "NIX_SET_BUILD_ID")) {
		const char *style = getenv("NIX_BUILD_ID_STYLE");

		words_add(after, text("--build-id=%s", style ? style : "sha1"));
	}
	if (!env_flag(TOOL_LD, "NIX_DONT_SET_RPATH"))
		add_rpaths(l, after);
}

int main(int argc, char **argv)
{
	struct words before = {0}, after = {0}, first = {0};
	struct ld l = {0};

	if (!argc)
		die("called without a name");
	if (!getenv(LD_FLAGS_ARE_SET))
		env_words(TOOL_LD, "NIX_LDFLAGS_BEFORE", &first);
	read_words(&l, &first, &before);
	read_arguments(argv, read_words, &l, &l.args);
	if (l.args.n)
		add_after(&l, &after);
	if (!l.told_loader && !l.relocatable) {
		words_add(&before, "-dynamic-linker");
		words_add(&before, LOADER);
	}
	words_add(&before, "--enable-new-dtags");
	become(BINUTILS "/bin/ld.bfd", &before, &l.args, &after);
}
