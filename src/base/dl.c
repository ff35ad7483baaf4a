/* SPDX-License-Identifier: MIT
 *
 * Loading a shared library: all of its symbols are looked up at once, so that one that is too old
 * is told by name, at the first use and not in the middle of the work. */
#include "base/dl.h"

#include <dlfcn.h>
#include <string.h>

errint dl_load(const char *soname, const char *package, const struct dl_symbol *v, size_t n,
	       void *table, struct err *err)
{
	void *lib = dlopen(soname, RTLD_NOW | RTLD_LOCAL);

	if (!lib) {
		err_set(err, ERR_UNSUPPORTED, "cannot load '%s': %s", soname, dlerror());
		return err_hint(err, "install it (on Debian and Ubuntu: '%s')", package);
	}
	for (size_t i = 0; i < n; i++) {
		if (dlsym(lib, v[i].name))
			continue;
		err_set(err, ERR_UNSUPPORTED, "'%s' has no '%s': it is too old", soname, v[i].name);
		dlclose(lib);
		return err_hint(err, "install a newer one (on Debian and Ubuntu: '%s')", package);
	}
	for (size_t i = 0; i < n; i++) {
		void *fn = dlsym(lib, v[i].name);

		memcpy((char *)table + v[i].offset, &fn, sizeof(fn));
	}
	return 0;
}

errint dl_load_once(struct dl_once *once, errint (*load)(void *table, struct err *err), void *table,
		    struct err *err)
{
	errint rc = 0;

	pthread_mutex_lock(&once->lock);
	if (!once->done)
		rc = load(table, err);
	once->done = rc == 0;
	pthread_mutex_unlock(&once->lock);
	return rc;
}
