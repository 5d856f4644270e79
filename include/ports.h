/*
 * ports.h - the serial ports of this machine: which there are, and where one is plugged in.
 *
 * Blocks for sysfs only. A port that one of our modems holds is marked in a list of the process,
 * so that two modems that look for their device do not open each other's (an exclusive tty does
 * not stop root). Loop's thread.
 */
#ifndef QUANZU_PORTS_H
#define QUANZU_PORTS_H

#include <stdbool.h>
#include <stddef.h>

enum { PORTS_MAX = 64, PORTS_PATH = 256, PORTS_USB = 64 };

struct ports {
	char path[PORTS_MAX][PORTS_PATH]; /* resolved, likely ones first, none of them held */
	size_t count;
};

/*
 * Every serial port on USB; with a folder the ports that its links lead to, and no others. The
 * machine's own ports are left out: nobody knows what hangs on them.
 */
void ports_list(struct ports *out, const char *folder);
bool ports_is_folder(const char *device); /* "/dev/serial/by-id" */
/*
 * The names to write as `device`, "A、B": links of `folder` (NULL: /dev/serial/by-id, and behind them
 * USB ports that no link leads to); as many as fit, then "等N个". "" none. Returns out.
 */
const char *ports_names(const char *folder, char *out, size_t n);
/* The place on the bus, "1-1.2", of a tty's path or link; "" when it is none of USB. */
void ports_usb(const char *device, char out[PORTS_USB]);
/* Held by `holder` from now on; false: by another one. NULL path: gives back what it holds. */
bool ports_hold(const void *holder, const char *path);

#endif
