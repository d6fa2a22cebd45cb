// The worker: a few threads for what takes long. Tasks begin in the order of their arrival, from
// whatever interpreter or thread, and as many are done at once as the machine has processors, four
// at most. They stand back behind the program's own threads. It knows nothing of interpreters.
#pragma once

#include <memory>

namespace sslkeys {

class Task {
  public:
    Task() = default;
    virtual ~Task() = default;
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;

    // Do it, in a thread of the worker.
    virtual void run() noexcept = 0;

    // Break it off where nothing is half done; from any thread.
    virtual void stop() noexcept = 0;
};

// Have a task done. When the process exits, tasks that have not begun are dropped, and those that
// run are stopped and waited for.
//   errors  POSIX when there is no thread and none can be started
void enqueue(std::shared_ptr<Task> task);

}  // namespace sslkeys
