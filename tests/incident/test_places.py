"""Cities, and who runs the networks there."""

from collections import Counter

from labutils.incident import places


def test_a_country_has_cities_with_positions_of_their_own():
    cities = places.cities().values()
    assert len(cities) > 40
    assert {one.country for one in cities} == places.countries().keys()
    assert len({(one.latitude, one.longitude) for one in cities}) == len(cities)
    assert all(places.cities_of(country) for country in places.countries())


def test_neighbours_are_in_the_same_city_and_others_anywhere():
    some = places.cities_of("US")
    assert places.city_of("198.19.7.1", some) == places.city_of("198.19.7.254", some)
    seen = Counter(places.city_of(f"198.19.{number}.1", some).id for number in range(200))
    assert len(seen) > len(some) / 2
    assert places.city_of("2001:db8:4:9:1:2:3:4", some).country == "US"


def test_every_system_is_one_that_is_kept_for_documentation():
    numbers = [*range(64_496, 64_512), *range(65_536, 65_552)]  # RFC 5398
    systems = [places.system(number) for number in numbers]
    assert len({one.org for one in systems}) == len({one.domain for one in systems}) == 32
    assert all(one.domain.endswith(".example") and "as6" not in one.org for one in systems)
    assert places.system(64_000).org == "as64000"
