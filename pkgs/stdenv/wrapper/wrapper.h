/* SPDX-License-Identifier: MIT
 *
 * The program behind `cc`, `c++`, `gfortran`, `cpp` and `ld` of the package set: it adds what a
 * build's environment asks for and becomes the real one. Every compilation starts it, so it is one
 * static program without a shell. What it reads of the environment is nixpkgs' (NIX_CFLAGS_COMPILE,
 * NIX_LDFLAGS, NIX_HARDENING_ENABLE, …). The store paths are in config.h, which the builder writes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct words {
	const char **v;
	size_t n, cap;
};

/* Prints to stderr and ends with status 1. */
__attribute__((noreturn, format(printf, 1, 2))) void die(const char *fmt, ...);

void words_add(struct words *to, const char *word);
void words_add_all(struct words *to, const struct words *from);
bool words_has(const struct words *in, const char *word);
/* The pieces of a text between blanks. */
void words_split(struct words *to, const char *text);
/* A command line as its reader sees it: @FILE is the words of that file, with quotes and
 * backslashes understood. A file that cannot be read stays the word that it is. */
void words_expand(struct words *to, const char *word);
/* Reads words of a command line, adds those that may stay, and says whether all did. */
typedef bool words_reader(void *ctx, const struct words *from, struct words *keep);
/* A command line by the reader. A response file stays one, unless something in it may not stay. An
 * option and its value that stand on both sides of its border are read as if they stood apart. */
void read_arguments(char **argv, words_reader *reader, void *ctx, struct words *to);
/* printf into memory that is never freed. */
__attribute__((format(printf, 1, 2))) const char *text(const char *fmt, ...);
bool starts(const char *s, const char *with);
bool ends(const char *s, const char *with);

/* Whose variables are read: of the compiler or of the linker. A build for several roles has a
 * variable for each, NAME, NAME_FOR_BUILD and NAME_FOR_TARGET, and NIX_<tool>_TARGET_<role>_<salt>
 * tells which of them this wrapper serves; none of these set, it is NAME. */
enum tool { TOOL_CC, TOOL_LD };
void env_words(enum tool t, const char *name, struct words *to);
/* Is a variable of these set to something other than 0? */
bool env_flag(enum tool t, const char *name);

/* Below the store? */
bool in_store(const char *path);
/* With NIX_ENFORCE_PURITY: an absolute path outside the store, the build's folder and the folders
 * for temporary files. */
bool is_impure(const char *path);

/* NIX_HARDENING_ENABLE: what the compiler gets before the user's words; `pie` too where an
 * executable is linked. */
void hardening_cc(struct words *to, bool fortran, bool executable);
void hardening_ld(struct words *to);

/* With NIX_DEBUG the words are told on stderr. */
__attribute__((noreturn)) void become(const char *program, const struct words *before,
				      const struct words *args, const struct words *after);
