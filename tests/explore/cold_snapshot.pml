/*
 * The cold snapshot of sim/nova/, policy nova, as a model for SPIN: nova-api, the queue, nova-compute, Glance and the
 * database, with at most FAULTS things that go wrong, in SERVERS servers at once. `snapsim bench prove.states` is measured
 * beside it (`cmake --build build/release --target snapsim_spin` first); by hand:
 *
 *     spin -a -DFAULTS=2 -DSERVERS=1 cold_snapshot.pml && cc -O2 -DSAFETY -o pan pan.c && ./pan -m1000000
 *
 * What goes wrong: an operation fails without its effect, or its effect is there and the answer is lost; the cast is
 * lost; nova-api or nova-compute dies before or after an operation, and nova-compute starts again. One step is one
 * operation, in the order of the code. Retries, times, the broker's death and the guest's own whims are left out.
 */

#ifndef FAULTS
#define FAULTS 2
#endif
#ifndef SERVERS
#define SERVERS 1
#endif

mtype = { none, image_snapshot_pending, image_snapshot, image_pending_upload, image_uploading };
mtype = { absent, queued, saving, whole };

mtype task_state[SERVERS] = none;
mtype image[SERVERS] = absent;
bool is_running[SERVERS] = true;   /* the guest */
bool has_files[SERVERS];           /* of the extraction, on the host */
bool is_answered[SERVERS];
byte faults;
byte boots;                        /* of nova-compute: who has seen fewer than that is dead */

chan casts = [SERVERS] of { byte };

/* One operation of the flow: done; failed; done, but its caller is told that it failed; the process dies before or
 * after it. */
#define OPERATION(effect, failed, died)              \
  if                                                 \
  :: atomic { effect }                               \
  :: atomic { faults < FAULTS -> faults++ }; goto failed            \
  :: atomic { faults < FAULTS -> faults++; effect }; goto failed    \
  :: atomic { faults < FAULTS -> faults++ }; goto died              \
  :: atomic { faults < FAULTS -> faults++; effect }; goto died      \
  fi

/* nova/compute/api.py: snapshot(). */
proctype nova_api(byte server) {
  OPERATION(image[server] = queued, refused, gone);
  OPERATION(task_state[server] = image_snapshot_pending, left_behind, gone);
  OPERATION(skip, left_behind, gone);                      /* the instance action */
  if
  :: casts ! server
  :: atomic { faults < FAULTS -> faults++ }                /* lost, and confirmed */
  :: atomic { faults < FAULTS -> faults++ }; goto gone
  fi;
  is_answered[server] = true;
  goto gone;
left_behind:                                               /* 500, and nothing is taken back */
refused:
  is_answered[server] = true;
gone:
  skip
}

/* nova/compute/manager.py: snapshot_instance(), and below it the driver's snapshot(). */
proctype snapshot_instance(byte server; byte boot) {
#define DIE  if :: boots == boot -> boots++ :: else fi
#define STEP(effect, failed)                                                       \
  if                                                                               \
  :: boots != boot -> goto dead                                                    \
  :: else                                                                          \
  fi;                                                                              \
  OPERATION(effect, failed, killed)

  STEP(skip, revert);                                      /* the event begins */
  STEP(task_state[server] = image_snapshot, revert);
  STEP(skip, revert);                                      /* GET image */
  STEP(is_running[server] = false, revert);                /* managedSave */
  STEP(task_state[server] = image_pending_upload, resume_and_revert);
  STEP(task_state[server] = image_uploading, resume_and_revert);
  STEP(task_state[server] = image_pending_upload, resume_and_revert);
  STEP(has_files[server] = true, resume_and_revert);       /* mkdtemp */
  STEP(skip, resume_and_revert);                           /* qemu-img convert */
  STEP(is_running[server] = true, clean_up_and_revert);
  STEP(task_state[server] = image_uploading, clean_up_and_revert);
  STEP(skip, clean_up_and_revert);                         /* GET image, PATCH image */
  STEP(skip, clean_up_and_revert);
  STEP(image[server] = saving, clean_up_and_revert);
  STEP(image[server] = whole, upload_broken);
  STEP(skip, clean_up_and_revert);                         /* GET image */
  STEP(has_files[server] = false, revert);
  STEP(task_state[server] = none, revert);
  STEP(skip, revert);                                      /* the event ends */
  goto dead;

resume_and_revert:
  STEP(is_running[server] = true, clean_up_and_revert);
  goto clean_up_and_revert;
upload_broken:
  if
  :: image[server] == saving -> image[server] = queued
  :: else
  fi;
clean_up_and_revert:
  STEP(has_files[server] = false, revert);
revert:                                                    /* delete_image_on_error, then reverts_task_state */
  STEP(image[server] = absent, revert_task_state);
revert_task_state:
  STEP(task_state[server] = none, dead);
  goto dead;
killed:
  atomic { DIE };
  if
  :: image[server] == saving -> image[server] = queued     /* Glance sees the connection close */
  :: else
  fi;
dead:
  skip
}

/* The process: takes messages; when it has died, a fresh one runs init_host first, which clears task_states. */
active proctype nova_compute() {
  byte server, seen;
end:
  do
  :: boots != seen ->
     seen = boots;
     server = 0;
     do
     :: server < SERVERS ->
        if
        :: task_state[server] != none -> task_state[server] = none
        :: else
        fi;
        server++
     :: else -> break
     od
  :: boots == seen && nempty(casts) ->
     casts ? server;
     run snapshot_instance(server, seen)
  od
}

init {
  byte server;
  atomic {
    do
    :: server < SERVERS -> run nova_api(server); server++
    :: else -> break
    od
  }
}
