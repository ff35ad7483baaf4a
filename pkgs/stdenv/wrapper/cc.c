/* SPDX-License-Identifier: MIT
 *
 * The compiler's driver: which of its stages run decides what it is told. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "wrapper.h"

enum language { LANG_C, LANG_CXX, LANG_FORTRAN };

struct cc {
	enum language lang;
	bool link; /* asked to; without an input nothing is linked, as for -v and -print-… */
	bool input;
	bool includes, cxx_includes, cxx_library;
	bool shared, is_static, is_static_pie;
	const char *wants; /* the word before, when the next one belongs to it */
	struct words args;
};

/* Options whose value is a folder to search. */
static const char *const folder_options[] = {"-I", "-L", "-B", "-isystem", "-idirafter", "-iquote"};

static const char *folder_option(const char *word)
{
	for (size_t i = 0; i < sizeof(folder_options) / sizeof(folder_options[0]); i++)
		if (starts(word, folder_options[i]))
			return folder_options[i];
	return NULL;
}

static void read_language(struct cc *c, const char *name)
{
	if (ends(name, "-header"))
		c->link = false;
	else
		c->lang = starts(name, "c++") ? LANG_CXX : LANG_C;
}

static void read_option(struct cc *c, const char *word)
{
	static const char *const stages[] = {"-c", "-S", "-E", "-M", "-MM", "-fsyntax-only"};

	for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++)
		if (strcmp(word, stages[i]) == 0)
			c->link = false;
	if (strcmp(word, "-x") == 0)
		c->wants = word;
	else if (starts(word, "-x"))
		read_language(c, word + 2);
	else if (strcmp(word, "-nostdinc") == 0)
		c->includes = c->cxx_includes = false;
	else if (strcmp(word, "-nostdinc++") == 0)
		c->cxx_includes = false;
	else if (strcmp(word, "-nostdlib") == 0 || strcmp(word, "-nostdlib++") == 0)
		c->cxx_library = false;
	else if (strcmp(word, "-shared") == 0 || strcmp(word, "-r") == 0)
		c->shared = true;
	else if (strcmp(word, "-static") == 0)
		c->is_static = true;
	else if (strcmp(word, "-static-pie") == 0)
		c->is_static_pie = true;
	else if (strcmp(word, "-") == 0)
		c->input = true;
}

/* Code for the machine that builds would run there only. */
static bool is_native(const char *word)
{
	static const char *const words[] = {"-march=native", "-mtune=native", "-mcpu=native"};
	const char *enforce = getenv("NIX_ENFORCE_NO_NATIVE");

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(word, words[i]) != 0 || (enforce && strcmp(enforce, "0") == 0))
			continue;
		fprintf(stderr,
			"cc-wrapper: '%s' is left out: the result must run on other machines, too\n",
			word);
		return true;
	}
	return false;
}

/* Learns from the words and keeps those that may stay; false when some may not. */
static bool read_words(void *ctx, const struct words *from, struct words *keep)
{
	struct cc *c = ctx;
	size_t before = keep->n;

	for (size_t i = 0; i < from->n; i++) {
		const char *word = from->v[i], *option = folder_option(word), *folder;

		if (c->wants) {
			read_language(c, word);
			c->wants = NULL;
		} else if (word[0] == '-') {
			read_option(c, word);
		} else {
			c->input = true;
		}
		if (is_native(word))
			continue;
		if (option && !word[strlen(option)] && i + 1 < from->n) {
			folder = from->v[++i];
			if (is_impure(folder))
				continue;
			words_add(keep, word);
			word = folder;
		} else if (option && is_impure(word + strlen(option))) {
			continue;
		}
		words_add(keep, word);
	}
	return keep->n - before == from->n;
}

/* What a static program cannot use. */
static void add_link_words(const struct cc *c, const char *prefix, const struct words *from,
			   struct words *to)
{
	for (size_t i = 0; i < from->n; i++) {
		if ((c->is_static || c->is_static_pie) && strcmp(from->v[i], "-rpath") == 0) {
			i++;
			continue;
		}
		words_add(to,
			  starts(from->v[i], "-L") ? from->v[i] : text("%s%s", prefix, from->v[i]));
	}
}

static void add_link_flags(const struct cc *c, struct words *before, struct words *after)
{
	struct words first = {0}, flags = {0}, last = {0};

	env_words(TOOL_CC, "NIX_CFLAGS_LINK", &flags);
	if (c->lang == LANG_CXX && c->cxx_library)
		env_words(TOOL_CC, "NIX_CXXSTDLIB_LINK", &flags);
	env_words(TOOL_LD, "NIX_LDFLAGS_BEFORE", &first);
	env_words(TOOL_LD, "NIX_LDFLAGS", &last);
	add_link_words(c, "-Wl,", &first, before);
	add_link_words(c, "", &flags, after);
	add_link_words(c, "-Wl,", &last, after);
	/* the linker's wrapper need not add them once more */
	if (setenv(LD_FLAGS_ARE_SET, "1", 1))
		die("out of memory");
}

/* Where the C library is. Names of the compiler's own files, which headers put into what is
 * compiled, must not keep it alive. */
static void add_own_flags(const struct cc *c, struct words *to)
{
	words_add(to, "-B" BINTOOLS "/bin/");
	words_add(to, "-B" GLIBC_DEV "/lib/");
	words_add(to, "-ffile-prefix-map=" GCC "=" GCC_MASKED);
	words_add(to, "-ffile-prefix-map=" GLIBC_DEV "=" GLIBC_DEV_MASKED);
	if (!c->includes)
		return;
	words_add(to, "-idirafter");
	words_add(to, GLIBC_DEV "/include");
}

static void run(const char *program, enum language lang, char **argv)
{
	struct cc c = {.lang = lang,
		       .link = true,
		       .includes = true,
		       .cxx_includes = true,
		       .cxx_library = true};
	struct words before = {0}, after = {0};

	read_arguments(argv, read_words, &c, &c.args);
	/* gcc only tells about itself then */
	if (argv[1] && !argv[2] && strcmp(argv[1], "-v") == 0)
		become(program, &before, &c.args, &after);
	c.link &= c.input;
	hardening_cc(&before, lang == LANG_FORTRAN,
		     c.link && !c.shared && !c.is_static && !c.is_static_pie);
	env_words(TOOL_CC, "NIX_CFLAGS_COMPILE_BEFORE", &before);
	env_words(TOOL_CC, "NIX_CFLAGS_COMPILE", &after);
	if (c.lang == LANG_CXX && c.cxx_includes)
		env_words(TOOL_CC, "NIX_CXXSTDLIB_COMPILE", &after);
	add_own_flags(&c, &after);
	if (c.link)
		add_link_flags(&c, &before, &after);
	become(program, &before, &c.args, &after);
}

/* The name under which it is called says what it stands for. */
int main(int argc, char **argv)
{
	static const struct {
		const char *name, *program;
		enum language lang;
	} compilers[] = {
		{"c++", GCC "/bin/g++", LANG_CXX},
		{"cc", GCC "/bin/gcc", LANG_C},
		{"cpp", GCC "/bin/cpp", LANG_C},
		{"f77", GCC "/bin/gfortran", LANG_FORTRAN},
		{"g++", GCC "/bin/g++", LANG_CXX},
		{"gcc", GCC "/bin/gcc", LANG_C},
		{"gfortran", GCC "/bin/gfortran", LANG_FORTRAN},
	};
	const char *name = argc ? strrchr(argv[0], '/') : NULL;

	if (!argc)
		die("called without a name");
	name = name ? name + 1 : argv[0];
	for (size_t i = 0; i < sizeof(compilers) / sizeof(compilers[0]); i++)
		if (strcmp(name, compilers[i].name) == 0)
			run(compilers[i].program, compilers[i].lang, argv);
	die("it is no compiler's name: '%s'", name);
}
