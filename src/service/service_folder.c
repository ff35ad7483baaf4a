/* SPDX-License-Identifier: MIT
 *
 * A service's folder and its lock; the boot. */
#include "service/service_int.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/environ.h"
#include "base/file.h"

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_' || c == '.';
}

char *service_folder(const char *dir, const char *name)
{
	BUF(b, LIMIT_PATH_TEXT);

	buf_printf(&b, "%s/", dir);
	for (const char *p = name; *p; p++) {
		if (is_plain(*p) && !(p == name && *p == '.'))
			buf_putc(&b, *p);
		else
			buf_printf(&b, "%%%02X", (unsigned char)*p);
	}
	return buf_steal(&b);
}

/* The other way; malloc'd. */
static char *name_of_folder(const char *folder)
{
	char *out = xmalloc(strlen(folder) + 1), *to = out;
	unsigned c;

	for (const char *p = folder; *p; p++) {
		if (*p == '%' && sscanf(p + 1, "%2X", &c) == 1 && p[1] && p[2]) {
			*to++ = (char)c;
			p += 2;
		} else {
			*to++ = *p;
		}
	}
	*to = '\0';
	return out;
}

errint service_check_name(const char *name, struct err *err)
{
	if (!*name)
		return err_set(err, ERR_USAGE, "a service without a name");
	if (strlen(name) > SERVICE_NAME_MAX)
		return err_set(err, ERR_USAGE, "a service's name of %zu bytes: there may be %d",
			       strlen(name), SERVICE_NAME_MAX);
	return 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

errint services_names(const char *dir, char ***out, struct err *err)
{
	struct dir_list l CLEANUP(dir_list_release) = {0};
	ERR(absent);
	char **v;
	size_t n = 0;
	errint rc = dir_list(AT_FDCWD, dir, &l, &absent);

	if (rc && rc != ERR_NOT_FOUND)
		return err_move(err, &absent);
	v = xcalloc(l.n + 1, sizeof(*v));
	for (size_t i = 0; i < l.n; i++)
		if (l.v[i].type == DT_DIR)
			v[n++] = name_of_folder(l.v[i].name);
	if (n)
		qsort(v, n, sizeof(*v), by_text);
	*out = v;
	return 0;
}

void services_names_free(char **names)
{
	for (size_t i = 0; names && names[i]; i++)
		free(names[i]);
	free(names);
}

errint service_folder_make(const char *folder, struct err *err)
{
	errint rc = mkdir_p(AT_FDCWD, folder, 0700, err);

	if (rc && (err->sys == EROFS || err->sys == EACCES || err->sys == EPERM))
		err_hint(err, "a service's state and log are kept there: the folder has to be "
			      "yours and writable");
	return rc ? err_wrap(err, "making a service's folder") : 0;
}

void service_boot_id(char out[SERVICE_BOOT_ID])
{
	const char *file = env_or("KILN_BOOT_ID_FILE", "/proc/sys/kernel/random/boot_id");
	int fd CLEANUP_FD = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, out, SERVICE_BOOT_ID - 1);

	n = n < 0 ? 0 : n;
	out[n] = '\0';
	out[strcspn(out, "\n")] = '\0';
}

errint service_lock(const char *folder, int *out, struct err *err)
{
	char *path CLEANUP_FREE = xasprintf("%s/lock", folder);
	int fd CLEANUP_FD = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return err_sys(err, "opening '%s'", path);
	/* Of the open file, not of the process: it is handed to the supervisor. */
	struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	if (fcntl(fd, F_OFD_SETLK, &l) == 0)
		*out = STEAL_FD(fd);
	else if (errno == EAGAIN || errno == EACCES)
		*out = -1;
	else
		return err_sys(err, "locking '%s'", path);
	return 0;
}

bool service_is_locked(const char *folder)
{
	char *path CLEANUP_FREE = xasprintf("%s/lock", folder);
	int fd CLEANUP_FD = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct flock l = {.l_type = F_RDLCK, .l_whence = SEEK_SET};

	return fd >= 0 && fcntl(fd, F_OFD_GETLK, &l) == 0 && l.l_type != F_UNLCK;
}
