/* SPDX-License-Identifier: MIT
 *
 * What git does not track is no source of a project. The git program is asked: it knows what is
 * ignored, and whose index it may write. */
#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/process.h"
#include "base/report.h"
#include "git/git_tracked.h"
#include "vendor/vendor_int.h"

void vendor_git_add(const char *folder, struct report *report)
{
	const char *const argv[] = {"git", "-C", folder, "add", "-N", "--", ".", NULL};
	struct git_tracked t CLEANUP(git_tracked_release) = {0};
	BUF(out, LIMIT_TOOL_OUTPUT);
	ARENA(a);
	ERR(err);

	if (git_tracked(folder, &a, &t, &err) || !t.top.n)
		return;
	if (!process_capture(argv, &out, NULL, &err))
		return;
	report_msg(report, REPORT_WARN,
		   "'git add -N' in '%s' failed, and what git does not track is no source: %s",
		   folder, err.msg);
}
