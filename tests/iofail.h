/*
 * iofail.h - the n-th write or sync of this test program fails.
 *
 * The program defines pwrite64, fsync and fdatasync itself; the dynamic linker binds those of
 * libsqlite3 to ours (link with -rdynamic). Unarmed they only pass on. One thread,
 * but for iofail_sync_elsewhere().
 */
#ifndef QUANZU_IOFAIL_H
#define QUANZU_IOFAIL_H

#include <stdbool.h>

enum iofail_kind {
	IOFAIL_ONCE,    /* the n-th call alone: writes say ENOSPC, syncs EIO */
	IOFAIL_FOREVER, /* the n-th and all after it */
	IOFAIL_FULL,    /* writes alone, the n-th and all after it: the disk is full */
	IOFAIL_SYNC,    /* syncs alone, the n-th and none after it */
	IOFAIL_SHORT /* the n-th write takes half of it, the one behind it none: the disk is full */
};

void iofail_arm(int n, enum iofail_kind kind); /* n from 1 */
bool iofail_disarm(void);                      /* did any call fail? */
int iofail_calls(void);                        /* counted since iofail_arm() */
/* Besides: syncs of every other thread fail, from now until it is switched off by this one. */
void iofail_sync_elsewhere(bool on);

#endif
