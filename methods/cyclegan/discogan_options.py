"""Options that DiscoGAN (Kim et al., ICML 2017) has beside those of CycleGAN."""

from __future__ import annotations

from dataclasses import dataclass

from methods.shared.domain_pair_options import DomainPairOptions


@dataclass(frozen=True, kw_only=True)
class DiscoGANTerms(DomainPairOptions):
    """Bottleneck, schedule and weights; defaults are the published ones.

    Attributes:
        bottleneck: values of the code in the middle of DiscoGAN's generators, 100 where it was published with one; 0
            decodes the last halving's features.
        generator_turns: DiscoGAN's updates of the generators, an iteration each, for each of the discriminators'.
        early_cycle_share: share that the way back has in DiscoGAN's loss at first; being found out has the rest.
        cycle_share: that share later.
        early_part: share of `iterations` after which it is later; 10,000 iterations were published.
        feature_share: share of the discriminators' features, beside verdicts, in being found out.
    """

    bottleneck: int = 0
    generator_turns: int = 2
    early_cycle_share: float = 0.01
    cycle_share: float = 0.5
    early_part: float = 0.1
    feature_share: float = 0.9

    def __post_init__(self) -> None:
        """Refuse what could not be trained.

        Raises:
            ValueError: naming the option and its value.
        """
        super().__post_init__()
        self.require_at_least(0, "bottleneck")
        self.require_at_least(1, "generator_turns")
        for name in ("early_cycle_share", "cycle_share", "early_part", "feature_share"):
            self.require_share(name)

    def cycle_share_at(self, iteration: int) -> float:
        """The way back's share in the loss at an iteration, counted from 0."""
        return self.early_cycle_share if iteration < self.early_part * self.iterations else self.cycle_share
