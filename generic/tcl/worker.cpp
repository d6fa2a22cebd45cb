// See worker.h.
#include "tcl/worker.h"

#include "pki/error.h"

#include <openssl/crypto.h>

#include <tcl.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <sched.h>
#include <set>
#include <sys/resource.h>
#include <system_error>
#include <thread>
#include <vector>

namespace sslkeys {
namespace {

constexpr unsigned kMostThreads = 4;
constexpr int kNice = 10;  // halves what a 1 ms timer is late by while all processors make keys

// Start a thread that no signal is delivered to: handlers belong to the program's own threads.
template <class Body> std::thread startQuietly(Body body) {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
        std::thread thread(body);
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        return thread;
    } catch (...) {
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        throw;
    }
}

// The processors that this process may use, which can be fewer than there are.
unsigned countProcessors() {
#ifdef __linux__
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
        return static_cast<unsigned>(CPU_COUNT(&allowed));
    }
#endif
    return std::thread::hardware_concurrency();
}

// Let the program's own threads go first, however nice they are: an event loop that wakes up runs
// at once. Nice is of a thread on Linux; elsewhere it is of the process and stays as it is.
void yieldToOthers() {
#ifdef __linux__
    setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + kNice);
#endif
}

class Pool {
  public:
    Pool() {
        Tcl_CreateExitHandler([](ClientData pool) noexcept { static_cast<Pool*>(pool)->close(); },
                              this);
        // A program that Tcl is a part of may end without Tcl's exit. What is registered first runs
        // last: OpenSSL's own handler, then. (Asked for nothing, it registers nothing.)
        OPENSSL_init_crypto(OPENSSL_INIT_ADD_ALL_DIGESTS, nullptr);
        std::atexit([]() noexcept { Pool::only().close(); });
    }

    // Never destroyed: threads may still ask while the process ends.
    static Pool& only() {
        static auto* const kept = std::make_unique<Pool>().release();
        return *kept;
    }

    void enqueue(std::shared_ptr<Task> task) {
        const std::lock_guard<std::mutex> guard(mutex_);
        if (isClosed_) {
            return;  // the process ends, and with it whoever waits
        }
        waiting_.push_back(std::move(task));
        if (idle_ < waiting_.size() && threads_.size() < most_) {
            startThread();
        }
        wake_.notify_one();
    }

  private:
    void startThread() {
        try {
            threads_.push_back(startQuietly([this] { work(); }));
        } catch (const std::system_error& error) {
            if (threads_.empty()) {
                waiting_.pop_back();
                throw Error::fromSystem(error.code().value(), "could not start a thread");
            }
        }
    }

    void work() {
        yieldToOthers();
        std::unique_lock<std::mutex> guard(mutex_);
        while (true) {
            ++idle_;
            wake_.wait(guard, [this] { return isClosed_ || !waiting_.empty(); });
            --idle_;
            if (isClosed_) {
                return;
            }
            std::shared_ptr<Task> task = std::move(waiting_.front());
            waiting_.pop_front();
            running_.insert(task.get());
            guard.unlock();
            task->run();
            guard.lock();
            running_.erase(task.get());
            guard.unlock();
            task.reset();
            guard.lock();
        }
    }

    // OpenSSL frees what all threads share when the process ends, so none may still be at work.
    void close() noexcept {
        std::deque<std::shared_ptr<Task>> dropped;
        std::vector<std::thread> threads;
        {
            const std::lock_guard<std::mutex> guard(mutex_);
            isClosed_ = true;
            dropped.swap(waiting_);
            threads.swap(threads_);
            for (Task* task : running_) {
                task->stop();
            }
        }
        wake_.notify_all();
        for (std::thread& thread : threads) {
            thread.join();
        }
    }

    const std::size_t most_ = std::clamp(countProcessors(), 1U, kMostThreads);
    std::mutex mutex_;  // of all below
    std::condition_variable wake_;
    std::deque<std::shared_ptr<Task>> waiting_;
    std::set<Task*> running_;
    std::vector<std::thread> threads_;
    std::size_t idle_ = 0;
    bool isClosed_ = false;
};

}  // namespace

void enqueue(std::shared_ptr<Task> task) { Pool::only().enqueue(std::move(task)); }

}  // namespace sslkeys
