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

/* A pattern that was meant for something else hides a file from everybody who clones. */
static void tell_ignored(const char *folder, struct report *report)
{
	const char *const argv[] = {
		"git", "-C", folder, "ls-files", "--others", "--ignored", "--exclude-standard",
		"--",  ".",  NULL};
	BUF(out, LIMIT_TOOL_OUTPUT);
	struct str rest, line, first = S("");
	size_t n = 0;
	ERR(ignored);

	if (process_capture(argv, &out, NULL, &ignored))
		return;
	rest = buf_str(&out);
	while (str_split(&rest, '\n', &line)) {
		if (str_eqz(line, VENDOR_SUMS) || str_eqz(line, VENDOR_LIST)) {
			report_msg(report, REPORT_WARN,
				   "'%s/%.*s' is ignored by git, but is to be committed: "
				   "git add -f, or a line !%.*s in .gitignore",
				   folder, STR_ARG(line), STR_ARG(line));
			continue;
		}
		/* behind the last line there is an empty one */
		if (line.n && !n++)
			first = line;
	}
	if (n)
		report_msg(report, REPORT_NOTE,
			   "%zu of the files in '%s' %s ignored by git ('%.*s'%s): a clone has not "
			   "got %s",
			   n, folder, n == 1 ? "is" : "are", STR_ARG(first), n == 1 ? "" : ", ...",
			   n == 1 ? "it" : "them");
}

void vendor_git_add(const char *folder, struct report *report)
{
	const char *const argv[] = {"git", "-C", folder, "add", "-N", "--", ".", NULL};
	struct git_tracked t CLEANUP(git_tracked_release) = {0};
	BUF(out, LIMIT_TOOL_OUTPUT);
	ARENA(a);
	ERR(err);

	if (git_tracked(folder, &a, &t, &err) || !t.top.n)
		return;
	if (!process_capture(argv, &out, NULL, &err)) {
		tell_ignored(folder, report);
		return;
	}
	report_msg(report, REPORT_WARN,
		   "'git add -N' in '%s' failed, and what git does not track is no source: %s",
		   folder, err.msg);
}
