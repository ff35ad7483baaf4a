/* SPDX-License-Identifier: MIT
 *
 * Editing a manifest: the person's editor works on a copy; what it leaves replaces the manifest
 * only when it is right, and is never lost when it is not. */
#pragma once

#include "cli/cli.h"

enum manifest_edited {
	MANIFEST_SAME,
	MANIFEST_CHANGED,
	MANIFEST_BUILT, /* and a generation was made of it, which is told */
};

/* Makes a file, or standard input for "-", the manifest of DIR. Where the environment has a
 * generation, the next one is built first. */
ATTR_MUST_CHECK errint manifest_edit_file(struct cli *cli, const char *dir, const char *file,
					  enum manifest_edited *what, struct err *err);
/* $VISUAL, $EDITOR, or one of the usual ones, on a copy; where the terminal can be asked, wrong
 * text can be edited again. On failure the copy stays, and the error tells where it is. */
ATTR_MUST_CHECK errint manifest_edit_interactive(struct cli *cli, const char *dir,
						 enum manifest_edited *what, struct err *err);
