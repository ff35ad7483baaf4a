/* SPDX-License-Identifier: MIT
 *
 * Edits of a project's files: byte ranges get other text, and every other byte stays. What is under
 * way is in memory; it is evaluated on trial, shown as a diff, and written all or nothing.
 *
 *	recipe_files_open(&files, project, err);
 *	recipe_src(session, &files, "NAME", &place, err);
 *	recipe_files_edit(&files, &(struct recipe_edit){place.file, place.range, text}, 1, err);
 *	recipe_files_write(&files, err);
 *
 * Writing: a journal, `.flox/.kiln-edits`, names every file with the hash of what it is and of what
 * it becomes; the new texts lie beside the files; renaming begins when all of that is on the disk.
 * A kill leaves each file old or new, and whoever opens the project next ends what was begun. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "eval/syntax.h"

struct session;

struct recipe_file {
	struct str path;  /* absolute, as evaluation names it */
	struct str old;   /* as it is on the disk */
	struct str text;  /* as it is to be */
	struct str shown; /* its path below the project */
};

struct recipe_files {
	struct arena a;
	char *project;       /* its links resolved */
	const char *release; /* whose recipes are evaluated; NULL: the project's own choice */
	struct recipe_file *v;
	size_t n, cap;
};

/* Ends what a killed run had begun. Released also after a failure. */
ATTR_MUST_CHECK errint recipe_files_open(struct recipe_files *f, const char *project,
					 struct err *err);
void recipe_files_release(struct recipe_files *f);

/* A file's text as it is to be, borrowed until the next edit of it; it is read when it is first
 * asked for. ERR_DENIED for a file outside of the project. */
ATTR_MUST_CHECK errint recipe_files_text(struct recipe_files *f, struct str path, struct str *out,
					 struct err *err);

struct recipe_edit {
	struct str path;
	struct syntax_range range; /* of the text as recipe_files_text() gives it */
	struct str text;
};
/* All of them at once; ranges must not overlap. Texts are copied. */
ATTR_MUST_CHECK errint recipe_files_edit(struct recipe_files *f, const struct recipe_edit *v,
					 size_t n, struct err *err);

/* The texts as they are now, to be gone back to. Lives in f's arena. */
struct recipe_mark {
	struct str *texts;
	size_t n;
};
struct recipe_mark recipe_files_mark(struct recipe_files *f);
void recipe_files_return(struct recipe_files *f, struct recipe_mark m);
/* Is anything to be written? Since the mark, when there is one. */
bool recipe_files_changed(const struct recipe_files *f, const struct recipe_mark *since);

/* Appends what would change since the mark (NULL: on the disk) as a unified diff that `patch -p1`
 * takes. */
void recipe_files_diff(const struct recipe_files *f, const struct recipe_mark *since,
		       struct buf *out);

/* Writes every changed file, all or nothing; modes stay. A file that somebody else changed
 * meanwhile is an error, and nothing is written. Afterwards nothing is changed any more. */
ATTR_MUST_CHECK errint recipe_files_write(struct recipe_files *f, struct err *err);

/* Where a value stands. */
struct recipe_place {
	struct str path;
	struct syntax_range range;
	unsigned line;
};
/* The expression that a recipe's `src` is: behind the '=', before the ';'. It may stand in the
 * recipe's file or in one that it imports; of several bindings of that name it is the one that
 * decides on the derivation's. ERR_NOT_FOUND with the reason where there is none (an inherited
 * argument, a set that is put together). */
ATTR_MUST_CHECK errint recipe_src(struct session *s, struct recipe_files *f, const char *name,
				  struct recipe_place *out, struct err *err);
