/* SPDX-License-Identifier: MIT
 *
 * Lines of shell, for tests of what other programs make. */
#pragma once

#include "base/process.h"
#include "tap.h"

/* What it prints, without its last line break, malloc'd; "" and a failed check when it fails. */
static char *shell(const char *command)
{
	const char *const argv[] = {"sh", "-c", command, NULL};
	BUF(out, LIMIT_SMALL_FILE);
	ERR(err);

	if (process_capture(argv, &out, NULL, &err)) {
		OK(false, "%s: %s", command, err.msg);
		return xstrdup("");
	}
	return str_dupz(str_trim(buf_str(&out)));
}
