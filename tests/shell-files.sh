# shellcheck shell=sh
# Sourced before small-set.sh, for tests that need trees: its shell also makes $files, a line each: a name
# and a text, in which %n is a new line, and %time, %cores, %seed, %locale, %zone, %mask, %path, %host, %kernel, %address,
# %order (of files that it made) and %uuid stand for what the builder finds. files.nix is a function of a name, the lines and outputs.
cat >"$T/shell.c" <<'C'
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
static void order(char *text, size_t n)
{
	const char *const names[] = {"order-z", "order-c", "order-m", "order-a", "order-k", "order-b", "order-y"};
	struct dirent *e;
	DIR *d;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		fclose(fopen(names[i], "w"));
	for (d = opendir("."); (e = readdir(d));)
		if (!strncmp(e->d_name, "order-", 6))
			snprintf(text + strlen(text), n - strlen(text), "%s ", e->d_name);
	closedir(d);
}
static const char *value(const char *name, char *text, size_t n)
{
	struct timespec now;
	struct utsname u;
	const char *got = NULL;
	mode_t mask = umask(0);
	time_t day = 86400 * 400;

	umask(mask);
	clock_gettime(CLOCK_REALTIME, &now);
	if (!strcmp(name, "n"))
		got = "\n";
	else if (!strcmp(name, "time"))
		snprintf(text, n, "%ld.%09ld", (long)now.tv_sec, now.tv_nsec);
	else if (!strcmp(name, "uuid"))
		snprintf(text, n, "%08lx-1c2d-4e5f", (unsigned long)now.tv_nsec * 2654435761u % 4294967291u);
	else if (!strcmp(name, "zone"))
		strftime(text, n, "%H", localtime(&day));
	else if (!strcmp(name, "mask"))
		snprintf(text, n, "%o", (unsigned)mask);
	else if (!strcmp(name, "path") && !getcwd(text, n))
		exit(3);
	else if (!strcmp(name, "host") && gethostname(text, n))
		exit(4);
	else if (!strcmp(name, "kernel") && !uname(&u))
		got = u.release;
	else if (!strcmp(name, "address"))
		snprintf(text, n, "%p", malloc(8));
	else if (!strcmp(name, "order"))
		order(text, n);
	else if (!strcmp(name, "cores"))
		got = getenv("NIX_BUILD_CORES");
	else if (!strcmp(name, "seed"))
		got = getenv("PYTHONHASHSEED");
	else if (!strcmp(name, "locale"))
		got = getenv("LC_ALL");
	if (got)
		snprintf(text, n, "%s", got);
	return text;
}
static void folders(char *path)
{
	for (char *p = path + 1; (p = strchr(p, '/')); p++) {
		*p = 0;
		mkdir(path, 0755);
		*p = '/';
	}
}
static void put(const char *top, const char *name, const char *text)
{
	char path[4096], word[256], found[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", top, name);
	folders(path);
	if (!(f = fopen(path, "w")))
		exit(1);
	for (; *text; text++) {
		size_t n = 0;

		if (*text != '%') {
			fputc(*text, f);
			continue;
		}
		while (text[n + 1] >= 'a' && text[n + 1] <= 'z')
			n++;
		snprintf(word, sizeof(word), "%.*s", (int)n, text + 1);
		found[0] = 0;
		fputs(value(word, found, sizeof(found)), f);
		text += n;
	}
	fputc('\n', f);
	if (fclose(f))
		exit(1);
}
int main(void)
{
	char *all = getenv("files"), *outputs = strdup(getenv("outputs") ? getenv("outputs") : "out");
	char *line, *output;

	while ((output = strsep(&outputs, " "))) {
		char *rest = strdup(all ? all : "");
		FILE *f = all ? NULL : fopen(getenv(output), "w");

		if (!all && (!f || fputs(getenv("text"), f) < 0 || fclose(f)))
			return 1;

		while ((line = strsep(&rest, "\n"))) {
			char *name = strsep(&line, " ");

			if (*name)
				put(getenv(output), name, line ? line : "");
		}
	}
	return !all && !strcmp(getenv("text"), "fail");
}
C
cat >"$T/files.nix" <<'NIX'
name: files: derivation { inherit name files; outputs = [ "out" ]; system = builtins.currentSystem; builder = "/bin/sh"; }
NIX
