/* SPDX-License-Identifier: MIT
 *
 * kiln.conf, mirror: URLs, and hosts from the configuration of pip, apt and debootstrap, each on a
 * root folder made here. */
#include <stdlib.h>

#include "base/file.h"
#include "source/conf.h"
#include "source/mirror.h"
#include "source/mirror_int.h"
#include "tap.h"

static char *root;

static void put(const char *path, const char *text)
{
	char *full CLEANUP_FREE = xasprintf("%s%s", root, path);
	char *dir CLEANUP_FREE = str_dupz(path_dir(str_c(full)));
	ERR(err);

	if (mkdir_p(AT_FDCWD, dir, 0755, &err) ||
	    file_write(AT_FDCWD, full, str_c(text), 0644, 0, &err))
		OK(false, "cannot write %s: %s", full, err.msg);
}

/* The hosts, one a line. */
static void are(struct host_list *l, const char *want, const char *what)
{
	BUF(b, LIMIT_SMALL_FILE);

	for (size_t i = 0; i < l->n; i++)
		buf_printf(&b, "%s\n", l->v[i].p);
	IS_Z(buf_z(&b), want, what);
	host_list_release(l);
}

static void test_conf(void)
{
	struct conf *c CLEANUP(conf_cleanup) = NULL;
	struct conf *bad CLEANUP(conf_cleanup) = NULL;
	struct str v, w;
	ERR(err);

	IS_OK(conf_parse(S("# c\n\n mirror.x =  https://a  https://b \nmirror.y=1\nmirror.y = 2"),
			 "f", NULL, &c, &err),
	      err, "parse");
	OK(conf_get(c, S("mirror.x"), &v), "a key");
	IS_STR(v, S("https://a  https://b"), "its value");
	OK(conf_word(&v, &w), "a word");
	IS_STR(w, S("https://a"), "the first");
	OK(conf_word(&v, &w) && !conf_word(&v, &v), "two words");
	OK(conf_get(c, S("mirror.y"), &v), "a key that comes twice");
	IS_STR(v, S("2"), "the later one counts");
	OK(!conf_get(c, S("mirror.z"), &v), "an unset key");
	IS_INT(conf_parse(S("a = 1\nwhat\n"), "some/file", NULL, &bad, &err), ERR_USAGE, "no '='");
	IS_Z(err.msg, "some/file:2: not a 'key = value' line", "with its position");
}

static void test_mirror_urls(void)
{
	static const char *const bad[] = {
		"mirror://",         "mirror:///x",          "mirror://x",
		"mirror://x/",       "mirror://x/../y",      "mirror://x/a//b",
		"mirror://X/y",      "mirror://x/a b",       "mirror://x/a?b",
		"mirror://pypi/six", "mirror://pypi/a/b/c",  "mirror://pypi/six/%zz",
		"mirror://pypi//x",  "https://pypi/six/six",
	};
	ARENA(a);
	struct conf *c CLEANUP(conf_cleanup) = NULL;
	struct mirrors *m CLEANUP(mirrors_cleanup) = NULL;
	struct mirror_url u;
	struct str *urls;
	size_t n = 0;
	ERR(err);

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		IS_ERR(mirror_url_parse(&a, str_c(bad[i]), &u, &err), err, ERR_USAGE, bad[i]);
	IS_OK(mirror_url_parse(&a, S("mirror://pypi/Foo_Bar/f%2B1.whl"), &u, &err), err, "a file");
	IS_STR(u.project, S("foo-bar"), "its project");
	IS_STR(u.file, S("f+1.whl"), "its name");
	IS_OK(conf_parse(S("mirror.pypi = https://i/simple/ file:///srv\nmirror.bad = /srv\n"
			   "mirror.d = https://d"),
			 "f", NULL, &c, &err),
	      err, "conf");
	m = mirrors_new(c, NULL);
	IS_OK(mirror_expand(m, &a, &u, &urls, &n, &err), err, "expand");
	if (OK(n == 2, "two indices")) {
		IS_STR(urls[0], S("https://i/simple/foo-bar/"), "the first");
		IS_STR(urls[1], S("file:///srv/foo-bar/"), "the second");
	}
	IS_OK(mirror_url_parse(&a, S("mirror://d/pool/x_1.deb"), &u, &err), err, "a pool file");
	IS_OK(mirror_expand(m, &a, &u, &urls, &n, &err), err, "expand");
	if (OK(n == 1, "one host"))
		IS_STR(urls[0], S("https://d/pool/x_1.deb"), "its URL");
	IS_OK(mirror_url_parse(&a, S("mirror://bad/x"), &u, &err), err, "a mirror");
	IS_ERR(mirror_expand(m, &a, &u, &urls, &n, &err), err, ERR_USAGE, "no URL in kiln.conf");
	IS_OK(mirror_url_parse(&a, S("mirror://none/x"), &u, &err), err, "another");
	IS_INT(mirror_expand(m, &a, &u, &urls, &n, &err), ERR_NOT_FOUND, "unknown mirror");
	IS_Z(err.hint, "set 'mirror.none' in kiln.conf", "its cure");
}

static void test_pip(void)
{
	struct host_list l = {0};
	ERR(err);

	unsetenv("PIP_INDEX_URL");
	unsetenv("PIP_EXTRA_INDEX_URL");
	unsetenv("PIP_CONFIG_FILE");
	unsetenv("VIRTUAL_ENV");
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_CONFIG_DIRS");
	setenv("HOME", "/home/u", 1);
	put("/etc/pip.conf",
	    "[global]\nindex_url: https://global/simple/\n[list]\nindex-url = x\n");
	IS_OK(pypi_hosts(root, &l, &err), err, "global");
	are(&l, "https://global/simple\n", "its index");
	put("/home/u/.config/pip/pip.conf",
	    "; c\n[global]\n# c\nIndex-URL = https://user/simple\nextra-index-url =\n"
	    "    https://extra1\n    https://extra2/\ntimeout = 1\n");
	IS_OK(pypi_hosts(root, &l, &err), err, "user");
	are(&l, "https://user/simple\nhttps://extra1\nhttps://extra2\n", "it wins; extra indices");
	put("/home/u/.config/pip/pip.conf", "[install]\nindex-url=https://install\n");
	put("/venv/pip.conf", "[global]\nindex-url=https://venv\n");
	setenv("VIRTUAL_ENV", "/venv", 1);
	IS_OK(pypi_hosts(root, &l, &err), err, "a command's section");
	are(&l, "https://install\n", "wins over [global] of a later file");
	setenv("PIP_INDEX_URL", "https://env/", 1);
	setenv("PIP_EXTRA_INDEX_URL", "https://env https://more", 1);
	IS_OK(pypi_hosts(root, &l, &err), err, "variables");
	are(&l, "https://env\nhttps://more\n", "win over files, without doubles");
	unsetenv("PIP_INDEX_URL");
	unsetenv("PIP_EXTRA_INDEX_URL");
	setenv("PIP_CONFIG_FILE", "/dev/null", 1);
	setenv("PATH", "/nowhere", 1);
	IS_INT(pypi_hosts(root, &l, &err), ERR_NOT_FOUND, "no file, and no pip to ask");
	IS_Z(err.hint, "run './dev setup', or set 'mirror.pypi' in kiln.conf", "its cure");
}

static void test_debian(void)
{
	struct host_list l = {0};
	ERR(err);

	IS_INT(debian_hosts(root, &l, &err), ERR_NOT_FOUND, "nothing is configured");
	IS_Z(err.hint, "run './dev setup', or set 'mirror.debian' in kiln.conf", "its cure");
	err_clear(&err);
	put("/usr/sbin/debootstrap", "x=1\nDEF_MIRROR=\"http://boot/debian\"\n"
				     "DEF_HTTPS_MIRROR=\"https://boot/other\"\n");
	put("/etc/os-release", "ID=ubuntu\n");
	put("/etc/apt/sources.list", "deb http://apt/ubuntu noble main\n");
	IS_OK(debian_hosts(root, &l, &err), err, "an Ubuntu");
	are(&l, "http://boot/debian\nhttp://boot/debian-security\n", "debootstrap's default only");
	put("/etc/os-release", "NAME=x\nID=\"debian\"\n");
	put("/etc/apt/sources.list",
	    "# deb http://no/debian x main\ndeb-src http://no/debian x main\n"
	    "deb [arch=amd64 signed-by=/k/debian-archive-keyring.gpg] http://a/x/ trixie main # c\n"
	    "deb http://sec/debian-security trixie-security main\n"
	    "deb http://flat/debian ./\ndeb http://third/repo trixie stable\n"
	    "deb http://$(ARCH)/debian x main\ndeb cdrom:[x]/ x main\n");
	put("/etc/apt/sources.list.d/b.sources",
	    "Types: deb deb-src\n# comment\nURIs: https://b/debian\n  https://b2/mirror/debian/\n"
	    "Suites: trixie\n trixie-updates\nComponents: main contrib\n\n"
	    "Types: deb\nURIs: https://off/debian\nSuites: x\nComponents: main\nEnabled: no\n\n"
	    "types: deb\nuris: mirror+file:///etc/apt/mirrors/l.list\nsuites: x\n"
	    "components: main\nsigned-by: /usr/share/keyrings/debian-archive-keyring.gpg\n");
	put("/etc/apt/mirrors/l.list", "https://listed/deb\tpriority:1\n#x\n");
	put("/etc/apt/sources.list.d/c.list.save", "deb http://saved/debian x main\n");
	put("/etc/apt/sources.list.d/d.list", "deb http://other/x trixie main\n");
	IS_OK(debian_hosts(root, &l, &err), err, "a Debian");
	are(&l,
	    "http://a/x\nhttps://b/debian\nhttps://b2/mirror/debian\nhttps://listed/deb\n"
	    "http://boot/debian\nhttp://other/x\nhttp://sec/debian-security\nhttps://b/debian-security\nhttps://b2/mirror/debian-security\nhttp://boot/debian-security\n",
	    "likely ones first");
}

int main(void)
{
	ERR(err);

	if (temp_dir(temp_dir_root(), "t_fetch_mirror-", &root, &err)) {
		printf("Bail out! %s\n", err.msg);
		return 1;
	}
	test_conf();
	test_mirror_urls();
	test_debian();
	test_pip();
	remove_tree_quietly(AT_FDCWD, root);
	free(root);
	return tap_done();
}
