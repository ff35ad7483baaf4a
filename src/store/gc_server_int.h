/* SPDX-License-Identifier: MIT
 *
 * The collector's ear: while a collection holds gc.lock, other processes send the paths that they
 * begin to use through state_dir/gc-socket/socket, one a line, and go on at the answer '1'. A
 * thread of its own listens; a path that is being deleted right then is answered afterwards. */
#pragma once

#include "store/store_int.h"

struct gc_server;

ATTR_MUST_CHECK errint gc_server_start(struct store *s, struct gc_server **out, struct err *err);
/* Ends the thread; waiting clients see the connection close and try again. */
void gc_server_stop(struct gc_server *g);

/* Protects by hash part, before the collection starts. */
void gc_server_protect(struct gc_server *g, struct str path);
/* Is a path with this hash part protected? */
bool gc_server_protects(struct gc_server *g, struct str path);
/* Announces a deletion: false when the path has become protected meanwhile. Who wants to begin to
 * use it from now on waits for its end. The path is borrowed until the clearing. */
bool gc_server_begin_delete(struct gc_server *g, struct str path);
void gc_server_end_delete(struct gc_server *g, struct str path);
/* Is somebody waiting for the end of this one (or, for an empty path, of any)? */
bool gc_server_awaits(struct gc_server *g, struct str path);
/* Forgets the deletions announced so far, whether they ended or were given up. */
void gc_server_clear(struct gc_server *g);
