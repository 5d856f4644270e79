/*
 * daemon.h - the running daemon: everything opened in order, and closed in the reverse one.
 *
 * Order of start: zone and log level, store (migrations, key), desk, readers, channels known,
 * worker, recovery of what was under way, HTTP, drop folder, channels started, READY=1.
 * Order of the end (SIGTERM): nothing new is taken, what is on the air gets 10 s, channels
 * stop, HTTP answers its last requests, the desk commits its last jobs, the store closes.
 */
#ifndef QUANZU_DAEMON_H
#define QUANZU_DAEMON_H

#include "settings.h"

#define DAEMON_VERSION "0.1.0"

/* Returns the exit code. Takes the settings. */
int daemon_run(const char *config_path, struct settings *set);

#endif
