/* SPDX-License-Identifier: MIT
 *
 * Scripts of nix-shell: the words of their lines, and the command line that these make. */
#include "tap.h"

#include <stdio.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/file.h"
#include "cli/shell_script.h"

static void words(const char *line, const char *want)
{
	BUF(b, LIMIT_ERR_TEXT);
	const char **v;
	size_t n = 0;
	ARENA(a);
	ERR(err);

	IS_OK(shell_words(&a, str_c(line), &v, &n, &err), err, line);
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "<%s>", v[i]);
	IS_Z(buf_z(&b), want, "gives these words");
}

static void test_words(void)
{
	ARENA(a);
	ERR(err);
	const char **v;
	size_t n;

	words("", "");
	words(" \t ", "");
	words("-i bash  -p hello", "<-i><bash><-p><hello>");
	words("'a  b'c \"d 'e\" ''", "<a  bc><d 'e><>");
	words("a\\ b \"c\\\"d\\e\" '\\'", "<a b><c\"d\\e><\\>");
	words("$HOME * `x`", "<$HOME><*><`x`>");
	words("end\\", "<end\\>");
	words("carriage\r", "<carriage>");
	IS_ERR(shell_words(&a, S("a 'b"), &v, &n, &err), err, ERR_USAGE,
	       "a quote that does not end");
	IS_ERR(shell_words(&a, S("\"b\\\""), &v, &n, &err), err, ERR_USAGE,
	       "nor one behind a slash");
}

static void script(const char *text, const char *want)
{
	char path[] = "/tmp/kiln-script.XXXXXX",
	     *given[] = {(char *)"nix-shell", path, (char *)"x", NULL};
	int fd CLEANUP_FD = mkstemp(path), argc = 3;
	struct shell_script s;
	BUF(b, LIMIT_ERR_TEXT);
	char **argv = given;
	ARENA(a);
	ERR(err);

	IS_OK(fd_write_all(fd, text, strlen(text), &err), err, "a script");
	IS_OK(shell_script_read(&a, &argc, &argv, &s, &err), err, "is read");
	for (int i = 1; i < argc; i++)
		buf_printf(&b, "%s ", argv[i] == path ? "PATH" : argv[i]);
	buf_printf(&b, "| %s", s.file ? s.args[0] : "none");
	IS_Z(buf_z(&b), want, "and gives the line");
	unlink(path);
}

static void test_scripts(void)
{
	script("#! /usr/bin/env nix-shell\n#! nix-shell -i bash\n#!nix-shell -p a 'b c'\necho\n",
	       "-i bash -p a b c | x");
	script("#! /usr/bin/env nix-shell\necho\n#! nix-shell -p late\n", "-p late | x");
	script("#! /usr/bin/env nix-shell\n#! nix-shellx -p a\n#! nix-shell\n", "| x");
	script("#! nix-shell -p first\n", "| x");
	script("{ }: 1\n", "PATH x | none");
	script("", "PATH x | none");
}

int main(void)
{
	test_words();
	test_scripts();
	return tap_done();
}
