/*
 * listener.h - sockets that wait for connections: TCP by HOST:PORT, and one in the file system.
 */
#ifndef QUANZU_LISTENER_H
#define QUANZU_LISTENER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * "127.0.0.1:8080", "[::1]:8080", "*:8080"; numbers only. The descriptor, or -1 and *why in
 * plain Chinese. Non-blocking, close-on-exec, listening.
 */
int listener_tcp(const char *address, char *why, size_t why_size);
/* Mode 0660, of that group when it is not (gid_t)-1. A file that nobody listens at any more is replaced. */
int listener_unix(const char *path, gid_t group, char *why, size_t why_size);
/* The group's number, (gid_t)-1 for "" or an unknown one (*known says which). */
gid_t listener_group(const char *name, bool *known);
/* Is the process at the other end root, ourselves, or of that group? */
bool listener_trusts(int fd, gid_t group);

#endif
