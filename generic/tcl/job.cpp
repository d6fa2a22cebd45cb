// See job.h.
#include "tcl/job.h"

#include "tcl/lifetime.h"
#include "tcl/mailbox.h"
#include "tcl/trace.h"
#include "tcl/worker.h"

#include <openssl/err.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <variant>

namespace sslkeys {
namespace {

constexpr const char* kNameStem = "job";

using Outcome = std::variant<Answer, Error>;

// A piece of work on its way. Whoever takes it first, a thread of the worker or who cancels it, has
// it alone; what became of it goes to the teller.
class Job : public Task {
  public:
    using Teller = std::function<void(Outcome)>;  // called once, from any thread

    Job(Work work, Teller tell) : work_(std::move(work)), tell_(std::move(tell)) {}

    void run() noexcept override {
        if (take()) {
            tell_(perform());
        }
    }

    void stop() noexcept override { stop_.request(); }

    void cancel() {
        stop_.request();
        if (take()) {
            work_ = nullptr;
            tell_(Error(Code::JobCancelled, "the job was cancelled"));
        }
    }

  private:
    bool take() { return !isTaken_.exchange(true); }

    Outcome perform() noexcept {
        const Work work = std::move(work_);
        work_ = nullptr;
        try {
            checkStop(&stop_);
            return work(&stop_);
        } catch (const Error& error) {
            return error;
        } catch (const std::exception& exception) {
            ERR_clear_error();
            return Error(Code::InternalUnexpected, exception.what());
        }
    }

    Work work_;
    const Teller tell_;
    Stop stop_;
    std::atomic<bool> isTaken_{false};
};

// The jobs of one interpreter. All that is Tcl's stays here, in its thread.
class Jobs {
  public:
    static constexpr const char* kAssociation = "sslkeys::job";

    explicit Jobs(Tcl_Interp* interp) : interp_(interp) {}

    // errors  POSIX when no thread can be started
    std::string start(Tcl_Obj* prefix, Work work) {
        const long number = made_ + 1;
        auto tell = [this, number, mailbox = mailbox_](Outcome outcome) {
            // In the letter `this` is there: the mailbox is closed before it goes.
            mailbox->post([this, number, told = std::move(outcome)] { deliver(number, told); });
        };
        auto job = std::make_shared<Job>(std::move(work), std::move(tell));
        enqueue(job);
        pending_.emplace(number, Pending{std::move(job), Reference(prefix)});
        made_ = number;
        return nameOf(number);
    }

    bool cancel(const std::string& name) {
        const long number = numberOf(name);
        const auto entry = pending_.find(number);
        if (entry != pending_.end()) {
            entry->second.job->cancel();
        }
        return number != 0;
    }

    std::vector<std::string> list() const {
        std::vector<std::string> names;
        names.reserve(pending_.size());
        for (const auto& entry : pending_) {
            names.push_back(nameOf(entry.first));
        }
        return names;
    }

    void close() noexcept {
        mailbox_->close();
        for (const auto& entry : pending_) {
            entry.second.job->cancel();
        }
        pending_.clear();
    }

  private:
    struct Pending {
        std::shared_ptr<Job> job;
        Reference prefix;
    };

    static std::string nameOf(long number) { return kNameStem + std::to_string(number); }

    // The number of a name that start() gave; 0 when it never did.
    long numberOf(const std::string& name) const;

    // The prefix may delete the interpreter: nothing of ours is touched after its call.
    void deliver(long number, const Outcome& outcome) noexcept;
    std::vector<Reference> wordsOf(const Outcome& outcome);

    Tcl_Interp* interp_;
    const std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
    std::map<long, Pending> pending_;
    long made_ = 0;
};

long Jobs::numberOf(const std::string& name) const {
    const std::size_t stem = std::strlen(kNameStem);
    const long number = name.size() > stem ? std::strtol(name.c_str() + stem, nullptr, 10) : 0;
    return number > 0 && number <= made_ && name == nameOf(number) ? number : 0;
}

void Jobs::deliver(long number, const Outcome& outcome) noexcept {
    const auto entry = pending_.find(number);
    if (entry == pending_.end() || Tcl_InterpDeleted(interp_) != 0) {
        return;
    }
    const Reference prefix = entry->second.prefix;
    pending_.erase(entry);
    callBack(interp_, prefix, wordsOf(outcome));
}

std::vector<Reference> Jobs::wordsOf(const Outcome& outcome) {
    const auto failed = [this](const Error& error) -> std::vector<Reference> {
        return {Reference(newText("error")), Reference(newText(error.what())),
                Reference(newErrorCode(interp_, error))};
    };
    try {
        if (const auto* error = std::get_if<Error>(&outcome)) {
            return failed(*error);
        }
        return {Reference(newText("ok")), std::get<Answer>(outcome)()};
    } catch (const Reported&) {
        // A script of ours was called, and what it said stands in the interpreter.
        const Reference code = reportedCode(interp_);
        return {Reference(newText("error")), Reference(Tcl_GetObjResult(interp_)), code};
    } catch (const Error& error) {
        return failed(error);
    } catch (const std::exception& exception) {
        return failed(Error(Code::InternalUnexpected, exception.what()));
    }
}

}  // namespace

const std::vector<Option<CommandArgs>>& commandOptions() {
    static const std::vector<Option<CommandArgs>> rows = {
        {"-command", "prefix", [](CommandArgs& args, const Word& word) {
             word.requirePrefix();
             args.command = word;
         }}};
    return rows;
}

void perform(Call& call, const CommandArgs& args, Work work) {
    if (args.command) {
        Jobs& jobs = Belonging<Jobs>::of(call.interp());
        call.answer(jobs.start(args.command->object(), std::move(work)));
    } else {
        call.answer(work(nullptr)().get());
    }
}

bool cancelJob(Tcl_Interp* interp, const std::string& name) {
    return Belonging<Jobs>::of(interp).cancel(name);
}

std::vector<std::string> listJobs(Tcl_Interp* interp) { return Belonging<Jobs>::of(interp).list(); }

}  // namespace sslkeys
