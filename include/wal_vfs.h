/*
 * wal_vfs.h - an SQLite VFS that writes the log's share of a commit in one piece.
 *
 * SQLite writes each frame of its write-ahead log by two calls, 24 bytes and a page. Here they are
 * kept until the sync behind them, and leave as one write just before it: that is half the processor
 * time of a commit of ten pages. Every other file is the VFS's below, untouched.
 *
 * What is kept is kept by the handle that wrote it: it reads its own bytes back, everybody else sees
 * them after the sync. So it is for handles with synchronous=FULL only, which show a commit to others
 * behind its sync (SQLite: wal.c, sqlite3WalFrames, the header of the index is written last). At most
 * WAL_VFS_KEPT bytes are kept, then they leave early, in order. A write that fails is told by the call
 * that needed it: the sync, or whatever else could not wait (SQLite gives the transaction up then, as
 * if its own write had failed); what was kept is forgotten. The file's end, its truncation and its
 * close see all that was written before.
 *
 * A file belongs to one thread, as db.h says of a handle.
 */
#ifndef QUANZU_WAL_VFS_H
#define QUANZU_WAL_VFS_H

enum { WAL_VFS_KEPT = 120 * 1024 }; /* below 128 KiB: more SQLite's own VFS does not take at once */

/*
 * Makes it, once for each VFS below, and gives its name for sqlite3_open_v2() or "?vfs=":
 * "gather" over the default one (below NULL), "gather-BELOW" over another, which must be registered.
 * From any thread.
 */
const char *wal_vfs_over(const char *below);

#endif
